/** Like setTimeout(), but the timer does not keep the program alive. */
export function unrefTimeout(callback: () => void, delay: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(callback, delay);
  (timer as unknown as { unref(): void }).unref(); // it is an object on every runtime, despite the types
  return timer;
}

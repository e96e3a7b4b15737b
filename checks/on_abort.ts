/**
 * Calls `listener` once when the signal, which must not be aborted yet, is aborted.
 *
 * @returns A function that stops listening. Once the listener has been called it does nothing: runtimes would search
 * all other listeners of the signal for it, which takes seconds if thousands of waits share the signal.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  let isCalled = false;
  const call = () => {
    isCalled = true;
    listener();
  };
  signal.addEventListener("abort", call, { once: true });
  return () => {
    if (!isCalled) signal.removeEventListener("abort", call);
  };
}

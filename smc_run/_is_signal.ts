/** Whether `node:net` takes it as the option `signal`. */
export function isSignal(signal: unknown): boolean {
  return signal === undefined || (typeof signal === "object" && signal !== null && "aborted" in signal);
}

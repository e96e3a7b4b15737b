/**
 * Makes the error of a time-out that the caller set, as `AbortSignal.timeout()` gives it: its name tells it from the
 * `ETIMEDOUT` of the network.
 *
 * @param action What was not done, for the text: `Cannot <action> in time: …`.
 * @param timeout The time-out, in milliseconds.
 */
export function timeoutError(action: string, timeout: number | undefined): DOMException {
  return new DOMException(`Cannot ${action} in time: timeout is ${timeout} ms`, "TimeoutError");
}

/** Whether an error is the one of a time-out: of the caller's own, or of `AbortSignal.timeout()`. */
export function isTimeoutError(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/**
 * Makes the error for a timeout that the caller set, as `AbortSignal.timeout()` does. Its name distinguishes it from
 * the network's `ETIMEDOUT`.
 *
 * @param action What was not done, for the message: `Cannot <action> in time: …`.
 * @param timeout The timeout, in milliseconds.
 */
export function timeoutError(action: string, timeout: number | undefined): DOMException {
  return new DOMException(`Cannot ${action} in time: timeout is ${timeout} ms`, "TimeoutError");
}

/** Whether an error is a timeout: one that the caller set, or that of `AbortSignal.timeout()`. */
export function isTimeoutError(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

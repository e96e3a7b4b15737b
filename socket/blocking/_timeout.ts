import { quoted } from "../../checks/quoted.ts";

/** The timeout, if it is one. */
export function checkTimeout(timeout: number): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new RangeError(
    `Cannot block for a timeout that is not 0 or more milliseconds: current value is ${quoted(timeout)}`,
  );
}

/** The error of a call whose time is over. */
export function timeoutError(syscall: string, timeout: number, address: string | undefined): Error {
  const target = address === undefined ? "" : ` to ${address}`;
  const error = new DOMException(`Cannot ${syscall}${target} in time: timeout is ${timeout} ms`, "TimeoutError");
  return Object.assign(error, { syscall });
}

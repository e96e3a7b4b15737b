import { errnoMessage, errnoName } from "../ffi/errno.ts";
import { libraryError, type SystemError } from "../ffi/error.ts";
import type { NetlinkAnswer } from "./answer.ts";

/** The kernel's refusal of a request: a system error with the kernel's details (`NETLINK_EXT_ACK`). */
export interface NetlinkError extends SystemError, NetlinkAnswer {
  /** The error number, positive. */
  errno: number;
}

/** Makes the error for an answer that refuses a request. */
export function refusal(answer: NetlinkAnswer, action: string): NetlinkError {
  const code = errnoName(answer.errno) ?? `E${answer.errno}`;
  const text = answer.text ?? errnoMessage(answer.errno);
  return Object.assign(libraryError(code, "recvfrom", `Cannot ${action}: ${text} (${code})`), answer);
}

import { C } from "../../ffi/constants.ts";
import { type SystemError, systemError } from "../../ffi/error.ts";

/**
 * The error of a call that sends or connects to an address.
 *
 * @param n The negative errno.
 * @param syscall The call.
 * @param sockaddr The destination, as bytes.
 * @param address The same as text.
 */
export function sendError(
  n: number,
  syscall: string,
  sockaddr: Uint8Array | undefined,
  address: string | undefined,
): SystemError {
  const error = systemError(-n, syscall, address);
  const isIpv4 = sockaddr !== undefined && sockaddr[0] === C.AF_INET && sockaddr[1] === 0;
  if (error.code === "EACCES" && isIpv4) {
    error.message += ": if it is a broadcast address, the socket needs broadcast: true (SO_BROADCAST)";
  }
  return error;
}

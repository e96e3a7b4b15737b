import { C } from "../ffi/constants.ts";
import { isSystemError } from "../ffi/error.ts";
import { Socket } from "../socket/socket.ts";

/** The errors of a kernel without Multipath TCP, or with it turned off (`net.mptcp.enabled`). */
const NO_MPTCP = ["EPROTONOSUPPORT", "ENOPROTOOPT", "EINVAL"];

/** Opens a TCP socket, or a Multipath TCP socket if requested and the kernel has it. */
export function openTcp(family: number, multipath: boolean): Socket {
  if (multipath) {
    try {
      return Socket.open(family, C.SOCK_STREAM, C.IPPROTO_MPTCP);
    } catch (error) {
      if (!isSystemError(error) || !NO_MPTCP.includes(error.code)) throw error;
    }
  }
  return Socket.open(family, C.SOCK_STREAM, C.IPPROTO_TCP);
}

import { C } from "../ffi/constants.ts";
import { errnoNumber } from "../ffi/errno.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";

/**
 * Whether a socket of any type is bound to the path of an `AF_UNIX` address, listening or not. The probed socket sees nothing of it.
 *
 * connect(2) of a datagram socket returns `ECONNREFUSED` only if no socket is bound, and `EPROTOTYPE` for another type.
 *
 * @param sockaddr The address, as bytes.
 * @returns False only if certainly no socket is bound.
 * @throws {SystemError} If the probe cannot open a socket, such as `EMFILE`.
 */
export function isBound(sockaddr: Uint8Array): boolean {
  const fd = check(libc().socket(C.AF_UNIX, C.SOCK_DGRAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0), "socket");
  const n = outcome(libc().connect(fd, sockaddr, sockaddr.byteLength));
  check(libc().close(fd), "close");
  return n !== -(errnoNumber("ECONNREFUSED") ?? 0);
}

import { C } from "../ffi/constants.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { ECONNREFUSED } from "./kernel_numbers.ts";

/**
 * Whether a socket of any type is bound to the path of an `AF_UNIX` address, whether it listens or not. It does not notice.
 *
 * connect(2) of a datagram socket answers `ECONNREFUSED` only where there is none, and `EPROTOTYPE` for one of another
 * type.
 *
 * @param sockaddr The address, as bytes.
 * @returns False only where it is certain that there is none.
 * @throws {SystemError} If no socket can be opened to ask with, such as `EMFILE`.
 *
 * @example Usage
 * ```ts
 * import { C, unlink } from "@berkeley/sockets/ffi";
 * import { isBound, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const path = new TextEncoder().encode(`/tmp/${crypto.randomUUID()}`);
 * const sockaddr = new Uint8Array([C.AF_UNIX, 0, ...path, 0]);
 * const socket = Socket.open(C.AF_UNIX, C.SOCK_STREAM);
 * socket.bind(sockaddr);
 * assertEquals(isBound(sockaddr), true);
 * socket.close();
 * assertEquals(isBound(sockaddr), false); // the file is still there
 * unlink(path);
 * ```
 */
export function isBound(sockaddr: Uint8Array): boolean {
  const fd = check(libc().socket(C.AF_UNIX, C.SOCK_DGRAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0), "socket");
  const n = outcome(libc().connect(fd, sockaddr, sockaddr.byteLength));
  check(libc().close(fd), "close");
  return n !== -ECONNREFUSED;
}

import { checkSocket } from "../checks/check_socket.ts";
import { C } from "../ffi/constants.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { EAGAIN, EINTR } from "./operations/kernel_numbers.ts";
import { MessageHeader } from "./operations/message_header.ts";
import { SOCKADDR_SIZE } from "./operations/sockaddr_space.ts";
import type { Socket } from "./socket.ts";
import type { MessageSpace, ReceivedMessage } from "./transfer.ts";

/**
 * Takes an entry from a socket's error queue (`MSG_ERRQUEUE`). It does not wait; to wait, use `poll()` with `"error"`.
 *
 * @param socket The socket.
 * @param space Where to put the packet that the entry is about, and its ancillary data.
 * @returns The entry, whose ancillary data describe the error; `null` if the queue is empty.
 * @throws {SystemError} If the socket is closed (`EBADF`), or its family has no error queue.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/recv.2.html | recv(2)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { receiveErrorMessage, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assertEquals(receiveErrorMessage(socket, { buffers: [], controlLength: 256 }), null);
 * ```
 */
export function receiveErrorMessage(socket: Socket, space: MessageSpace): ReceivedMessage | null {
  checkSocket("receive from the error queue", socket);
  if (socket.fd < 0) throw libraryError("EBADF", "recvmsg", "Cannot call recvmsg: the socket is closed");
  const control = new Uint8Array(space.controlLength ?? 0);
  const header = new MessageHeader(space.buffers, new Uint8Array(SOCKADDR_SIZE), control);
  for (;;) {
    const n = outcome(libc().recvmsg(socket.fd, header.bytes, C.MSG_ERRQUEUE));
    if (n >= 0) return header.received(n);
    if (n === -EAGAIN) return null;
    if (n !== -EINTR) throw systemError(-n, "recvmsg");
  }
}

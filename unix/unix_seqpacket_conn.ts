import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { SeqpacketConn } from "../socket/seqpacket_conn.ts";
import type { Socket } from "../socket/socket.ts";
import type { TransferOptions } from "../socket/transfer.ts";
import type { UnixAddr } from "./addr.ts";
import {
  type OutgoingUnixMessage,
  type ReceiveMessageOptions,
  receiveUnixMessage,
  sendUnixMessage,
  type UnixMessage,
} from "./message.ts";
import { connectUnix, type UnixConnectOptions } from "./open_unix.ts";
import { unixAddrCodec } from "./sockaddr_un.ts";

/**
 * A unix connection that carries messages (`SOCK_SEQPACKET`): they arrive whole and in order, and none is lost.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { UnixSeqpacketConn, UnixSeqpacketListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixSeqpacketListener.listen({ autobind: true });
 * using client = await UnixSeqpacketConn.connect(listener.addr);
 * using server = await listener.accept();
 * await client.send(new TextEncoder().encode("SEND"));
 * const message = await server.receive();
 * assertEquals(new TextDecoder().decode(message?.data), "SEND");
 * ```
 */
export class UnixSeqpacketConn extends SeqpacketConn<UnixAddr> {
  /**
   * Makes a unix connection from a connected seqpacket socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, unixAddrCodec);
  }

  /**
   * Connects to an address. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to connect.
   * @returns The connection.
   * @throws {TypeError} If the options contain no address, or an unknown option.
   * @throws {SystemError} If it fails: `ENOENT` if there is no such file, `ECONNREFUSED` if no socket listens,
   * `EPROTOTYPE` if the listener is of another type.
   */
  static async connect(options: UnixConnectOptions): Promise<UnixSeqpacketConn> {
    checkArgumentCount("connect", arguments.length, "{ path, signal, timeout, … }");
    return new UnixSeqpacketConn(await connectUnix(C.SOCK_SEQPACKET, options));
  }

  /**
   * Sends a message with descriptors or credentials.
   *
   * @param message The message.
   * @param options Flags, and how long to wait.
   * @returns How many bytes of data were sent: all of them.
   * @throws {TypeError} If a descriptor is closed, or is none.
   * @throws {SystemError} If the kernel refuses, such as `EPERM` for the credentials of another process,
   * or `EBADF` for the number of a descriptor that is not open.
   */
  sendMessage(message: OutgoingUnixMessage, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendMessage", arguments.length, "message", "{ flags, signal, timeout }");
    }
    return sendUnixMessage(this.socket, message, false, options);
  }

  /**
   * Receives a message with its descriptors and credentials.
   *
   * @param options A buffer for its data, how many descriptors to expect, flags, and how long to wait.
   * @returns The message, which the caller must dispose of; `null` at the end of the connection.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  receiveMessage(options: ReceiveMessageOptions = {}): Promise<UnixMessage | null> {
    if (arguments.length > 1) return refuseArguments("call receiveMessage", arguments.length, "{ buffer, maxFds, … }");
    // A message has at least a timestamp; the end has nothing.
    return receiveUnixMessage(this.socket, options, ({ length, flags, control }) => {
      return length === 0 && control.length === 0 && (flags & C.MSG_CTRUNC) === 0;
    });
  }
}

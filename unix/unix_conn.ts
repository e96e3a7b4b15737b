import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { Conn } from "../socket/conn.ts";
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
 * A unix connection that carries a stream of bytes (`SOCK_STREAM`), in the shape of `Deno.UnixConn`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { UnixConn, UnixListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixListener.listen({ autobind: true });
 * using client = await UnixConn.connect(listener.addr);
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("hello"));
 * assertEquals(await server.read(new Uint8Array(16)), 5);
 * ```
 */
export class UnixConn extends Conn<UnixAddr> {
  /**
   * Makes a unix connection from a connected stream socket, and takes ownership of it.
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
  static async connect(options: UnixConnectOptions): Promise<UnixConn> {
    checkArgumentCount("connect", arguments.length, "{ path, signal, timeout, … }");
    return new UnixConn(await connectUnix(C.SOCK_STREAM, options));
  }

  /**
   * Writes data with descriptors or credentials, which arrive with the first byte.
   *
   * @param message The message, with at least one byte of data.
   * @param options Flags, and how long to wait.
   * @returns How many bytes of data were sent: all of them.
   * @throws {TypeError} If there is no data, or a descriptor is not open.
   * @throws {SystemError} If the kernel refuses, such as `EPERM` for the credentials of another process,
   * or `EBADF` for the number of a descriptor that is not open.
   */
  sendMessage(message: OutgoingUnixMessage, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendMessage", arguments.length, "message", "{ flags, signal, timeout }");
    }
    return sendUnixMessage(this.socket, message, true, options);
  }

  /**
   * Reads data with its descriptors and credentials; it stops before the next descriptors.
   *
   * @param options A buffer for its data, how many descriptors to expect, flags, and how long to wait.
   * @returns The message, which the caller must dispose of; `null` at the end of the stream.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  receiveMessage(options: ReceiveMessageOptions = {}): Promise<UnixMessage | null> {
    if (arguments.length > 1) return refuseArguments("call receiveMessage", arguments.length, "{ buffer, maxFds, … }");
    return receiveUnixMessage(this.socket, options, ({ length }, hasRoom) => length === 0 && hasRoom);
  }
}

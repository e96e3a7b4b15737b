import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { connectStream } from "../inet/connect_stream.ts";
import type { StreamConnectOptions } from "../inet/stream_options.ts";
import { Socket } from "../socket/socket.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import type { ReceiveOptions } from "../socket/transfer.ts";
import type { WaitOptions } from "../socket/wait_options.ts";
import {
  receiveSctp,
  SCTP_SEND_OPTIONS,
  type SctpAddr,
  sctpAddrCodec,
  type SctpMessage,
  type SctpSendOptions,
  sendSctp,
} from "./sctp_message.ts";
import { SCTP_RECVRCVINFO } from "./sctp_options.ts";

/**
 * An SCTP connection (one-to-one style): whole messages on several streams, each of which keeps its order.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/sctp.7.html | sctp(7)}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6458 | RFC 6458}
 *
 * @example Usage, if the kernel supports SCTP
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { SctpConn, SctpListener } from "@berkeley/sockets/sctp";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = SctpListener.listen({ hostname: "127.0.0.1" });
 *   using client = await SctpConn.connect({ port: listener.addr.port });
 *   using server = await listener.accept();
 *   await client.send(new Uint8Array([1, 2, 3]), { stream: 2, ppid: 7 });
 *   const message = await server.receive();
 *   assertEquals([message?.stream, message?.ppid], [2, 7]);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class SctpConn extends SocketOwner {
  /**
   * Makes a connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket);
    socket.set(SCTP_RECVRCVINFO, true);
  }

  /**
   * Connects to a host. Permission: `--allow-ffi`.
   *
   * @param options The address to connect to, and how to connect.
   * @returns The connection.
   * @throws {SystemError} If it fails: `EPROTONOSUPPORT` on a kernel without SCTP, `ECONNREFUSED` if no socket listens.
   */
  static async connect(options: StreamConnectOptions): Promise<SctpConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new SctpConn(await connectStream((family) => Socket.open(family, C.SOCK_STREAM, C.IPPROTO_SCTP), options));
  }

  /** The address of this end; the first one if it has several. */
  get localAddr(): SctpAddr {
    return sctpAddrCodec.decode(this.socket.localSockaddr());
  }

  /** The address of the other end; the primary one if it has several. */
  get remoteAddr(): SctpAddr {
    return sctpAddrCodec.decode(this.socket.peerSockaddr());
  }

  /** The addresses, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    const { format } = sctpAddrCodec;
    return { localAddr: () => format(this.localAddr), remoteAddr: () => format(this.remoteAddr) };
  }

  /**
   * Waits for room in the send buffer and sends one message.
   *
   * @param data The message, 1 byte or more; it must not change until the promise is settled.
   * @param options The stream, how to send, and how long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses, such as `EINVAL` for a stream that does not exist, or `EMSGSIZE`.
   */
  async send(data: Uint8Array, options: SctpSendOptions = {}): Promise<number> {
    checkArgumentCount("call send", arguments.length, "data", "options");
    options = checkOptions("send", options, SCTP_SEND_OPTIONS);
    return await sendSctp(this.socket, data, {}, options);
  }

  /**
   * Waits for a message and receives it.
   *
   * @param options A buffer for its bytes, and how long to wait. If the message does not fit, `complete` is false and
   * the next call receives the rest; the default buffer has 64 KiB.
   * @returns The message; `null` at the end of the connection.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  receive(options?: ReceiveOptions): Promise<SctpMessage | null> {
    if (arguments.length > 1) {
      return refuseArguments("call receive", arguments.length, "{ buffer, flags, signal, timeout }");
    }
    return receiveSctp(this.socket, options);
  }

  /**
   * Ends the connection once all earlier messages are delivered. SCTP has no half-closed connections: the other end can
   * send no more either.
   *
   * @param options How long to wait for the earlier messages.
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    if (arguments.length > 1) return refuseArguments("call closeWrite", arguments.length, "{ signal, timeout }");
    return this.socket.closeWrite(options);
  }
}

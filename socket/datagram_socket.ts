import { refuseArguments } from "../checks/argument_count.ts";
import { checkOptions } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "./addr_codec.ts";
import type { MessageBatch } from "./message_batch.ts";
import { DatagramReceive } from "./operations/datagram.ts";
import { LastSender } from "./operations/last_sender.ts";
import type { Socket } from "./socket.ts";
import { SocketOwner } from "./socket_owner.ts";
import {
  type Datagram,
  RECEIVE_OPTIONS,
  type ReceiveOptions,
  SEND_OPTIONS,
  type SendOptions,
  type TransferOptions,
  transferOptionsOf,
} from "./transfer.ts";
import { untilClosed } from "./until_closed.ts";

/**
 * A socket for datagrams. It owns its socket.
 *
 * @typeParam A The family's address type, as the socket returns it.
 * @typeParam I The family's address type, as the socket takes it: it may need fewer fields.
 *
 * @example Usage
 * ```ts
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using server = UdpSocket.bind({ hostname: "127.0.0.1" });
 * using client = UdpSocket.bind({ hostname: "127.0.0.1" });
 * await client.send(new Uint8Array([1, 2, 3]), { addr: server.localAddr });
 * const { data, addr } = await server.receive();
 * assertEquals(data, new Uint8Array([1, 2, 3]));
 * assertEquals(addr, client.localAddr);
 * ```
 */
export class DatagramSocket<A extends I, I = A> extends SocketOwner implements AsyncIterable<Datagram<A>> {
  /** The codec of its family's addresses. */
  protected readonly codec: AddrCodec<A, I>;
  readonly #sender: LastSender<A>;
  readonly #formatted: { address: (sockaddr: Uint8Array) => string };
  #receive: DatagramReceive<A> | undefined;

  /**
   * Makes a datagram socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket. If recvfrom(2) of its family does not know `MSG_TRUNC` (QRTR, RDS), `truncated` of its
   * datagrams is always false.
   * @param codec The codec of its family's addresses.
   */
  constructor(socket: Socket, codec: AddrCodec<A, I>) {
    super(socket);
    this.codec = codec;
    this.#sender = new LastSender(codec.decode);
    this.#formatted = { address: (sockaddr) => codec.format(codec.decode(sockaddr)) };
  }

  /** The address that it is bound to, including what the kernel chose. It stays known after the socket is closed. */
  get localAddr(): A {
    return this.codec.decode(this.socket.localSockaddr());
  }

  /**
   * Waits for a datagram and receives it.
   *
   * @param options A buffer for its bytes, flags, and how long to wait.
   * @returns The datagram. It may be empty.
   * @throws {SystemError} If an earlier send failed in the network, such as `ECONNREFUSED` on a connected socket, or
   * the socket is closed (`EBADF`).
   */
  receive(options?: ReceiveOptions): Promise<Datagram<A>> {
    if (arguments.length > 1) return refuseArguments("receive", arguments.length, "{ buffer, … }");
    if (this.#receive?.done !== true) this.#receive = new DatagramReceive(this.socket.fd, this.#sender);
    return this.socket.run(
      "read",
      this.#receive.prepare(options?.buffer, options?.flags ?? 0),
      options,
      RECEIVE_OPTIONS,
    );
  }

  /**
   * Waits for room in the send buffer and sends a datagram.
   *
   * A full AF_UNIX receiver delays only the datagrams that go to it, as long as the unread messages do not fill this
   * socket's own send buffer.
   *
   * @param data The datagram; it must not change until the promise is settled.
   * @param options The destination, flags, and how long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`; or `EDESTADDRREQ`, of AF_UNIX `ENOTCONN`,
   * without an address.
   */
  send(data: Uint8Array, options?: SendOptions<I>): Promise<number> {
    if (arguments.length > 2) return refuseArguments("send", arguments.length, "data", "{ addr, … }");
    if (options === undefined) return this.socket.send(data);
    try {
      options = checkOptions("send", options, SEND_OPTIONS);
      const { addr } = options;
      const transfer = transferOptionsOf(options);
      if (addr === undefined) return this.socket.send(data, transfer);
      const sockaddr = this.#sender.sockaddrOf(addr) ?? this.codec.encode(addr, this.socket);
      return this.socket.sendto(data, sockaddr, transfer ? { ...transfer, ...this.#formatted } : this.#formatted);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Receives all datagrams that are there, at least one and at most the batch's capacity, with one system call.
   *
   * @param batch Where to put them; they replace its earlier contents. `batch.sockaddr(i)` is the sender, as bytes.
   * @param options Flags, and how long to wait for the first.
   * @returns How many datagrams were received.
   * @throws {SystemError} As {@linkcode receive}.
   */
  receiveBatch(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call receiveBatch", arguments.length, "batch", "{ flags, signal, timeout }");
    }
    return this.socket.recvmmsg(batch, options);
  }

  /**
   * Sends all datagrams of a batch, with as few system calls as possible.
   *
   * @param batch The datagrams; they must not change until the promise is settled.
   * @param options Flags, and how long to wait.
   * @returns How many datagrams were sent: all of them.
   * @throws {SystemError} If the kernel refuses one; `messagesSent` on the error is how many were sent.
   */
  sendBatch(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendBatch", arguments.length, "batch", "{ flags, signal, timeout }");
    }
    return this.socket.sendmmsg(batch, options);
  }

  /**
   * Receives a datagram with its ancillary data as bytes, for the `receiveMessage()` of a family.
   *
   * @param options A buffer for its bytes, flags, and how long to wait.
   * @param controlLength Space for the ancillary data, in bytes.
   * @returns The datagram, its ancillary data, and whether that was cut off.
   */
  protected async receiveWithControl(
    options: ReceiveOptions,
    controlLength: number,
  ): Promise<{ data: Uint8Array; addr: A; truncated: boolean; control: Uint8Array; controlTruncated: boolean }> {
    options = checkOptions("receive a message", options, RECEIVE_OPTIONS);
    const { buffer: given, flags = 0, ...wait } = options;
    const transfer = { ...wait, flags: flags | C.MSG_TRUNC };
    const { buffer, received } = await this.socket.recvmsgWhole(given, controlLength, transfer);
    return {
      data: buffer.subarray(0, Math.min(received.length, buffer.length)),
      addr: this.codec.decode(received.sockaddr),
      truncated: (received.flags & C.MSG_TRUNC) !== 0,
      control: received.control,
      controlTruncated: (received.flags & C.MSG_CTRUNC) !== 0,
    };
  }

  /** The addresses, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    const { decode, format } = this.codec;
    return {
      localAddr: () => format(this.localAddr),
      remoteAddr: () => format(decode(this.socket.peerSockaddr())),
    };
  }

  /** The datagrams, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Datagram<A>> {
    return untilClosed(this.socket, () => this.receive());
  }
}

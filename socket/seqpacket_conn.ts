import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError } from "../ffi/error.ts";
import type { AddrCodec } from "./addr_codec.ts";
import { type MessageBatch, takeReceived } from "./message_batch.ts";
import { receiveSpace } from "./operations/receive_space.ts";
import { SeqpacketReceive, SeqpacketSpace, tellEnd } from "./operations/seqpacket.ts";
import type { Socket } from "./socket.ts";
import { SO_TIMESTAMP } from "./socket_options.ts";
import { SocketOwner } from "./socket_owner.ts";
import { RECEIVE_OPTIONS, type ReceiveOptions, type SeqpacketMessage, type TransferOptions } from "./transfer.ts";
import { untilClosed } from "./until_closed.ts";
import type { WaitOptions } from "./wait_options.ts";

// Used within one synchronous call, never across a wait.
let scratch: SeqpacketSpace | undefined;

/**
 * A connection that carries messages, in order and with their boundaries kept. It owns its socket, and closes itself
 * once both directions have ended: the end was received, and {@linkcode closeWrite} is done.
 *
 * @typeParam A The family's address.
 *
 * @example Usage
 * ```ts
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = socketPair("seqpacket");
 * await left.send(new Uint8Array([1, 2, 3]));
 * await left.send(new Uint8Array(0));
 * left.close();
 * assertEquals(await right.receive(), { data: new Uint8Array([1, 2, 3]), truncated: false });
 * assertEquals(await right.receive(), { data: new Uint8Array(0), truncated: false });
 * assertEquals(await right.receive(), null);
 * right.close();
 * ```
 */
export class SeqpacketConn<A> extends SocketOwner {
  readonly #codec: AddrCodec<A>;
  #space: SeqpacketSpace | undefined;
  #receive: SeqpacketReceive | undefined;
  #localAddr: A | undefined;
  #remoteAddr: A | undefined;

  /**
   * Makes a connection from a connected seqpacket socket, and takes ownership of it. Sets `SO_TIMESTAMP`: recvmsg(2)
   * returns 0 both for an empty message and at the end, but only the message has a timestamp.
   *
   * @param socket The socket.
   * @param codec The codec of its family's addresses.
   */
  constructor(socket: Socket, codec: AddrCodec<A>) {
    super(socket);
    this.#codec = codec;
    socket.set(SO_TIMESTAMP, true);
    socket.closeWhenOver(this);
  }

  /** The address of this end. It stays known after the connection has ended. */
  get localAddr(): A {
    return this.#localAddr ??= this.#codec.decode(this.socket.localSockaddr());
  }

  /** The address of the other end. It stays known after the connection has ended. */
  get remoteAddr(): A {
    return this.#remoteAddr ??= this.#codec.decode(this.socket.peerSockaddr());
  }

  /**
   * Waits for a message and receives it.
   *
   * @param options A buffer for its bytes, flags such as `MSG_PEEK`, and how long to wait. Reusing the same buffer is
   * fastest.
   * @returns The message, which may be empty; `null` at the end of the connection.
   * @throws {TypeError} If the buffer was transferred away.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  receive(options?: ReceiveOptions): Promise<SeqpacketMessage | null> {
    if (arguments.length > 1) return refuseArguments("receive", arguments.length, "{ buffer, … }");
    if (this.socket.fd < 0 && this.socket.isOver) return Promise.resolve(null);
    const buffer = options?.buffer;
    const flags = options?.flags ?? 0;
    if (buffer === undefined) {
      scratch ??= new SeqpacketSpace(receiveSpace());
      return this.socket.run("read", this.#operation().prepare(scratch, true, flags), options, RECEIVE_OPTIONS);
    }
    let space = this.#space;
    if (space === undefined || !space.fits(buffer)) {
      try {
        checkOptions("receive", options as ReceiveOptions, RECEIVE_OPTIONS);
        this.#space = space = new SeqpacketSpace(buffer);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.socket.run("read", this.#operation().prepare(space, false, flags), options, RECEIVE_OPTIONS);
  }

  /**
   * Waits for room in the send buffer and sends one message.
   *
   * @param data The message; it must not change until the promise is settled.
   * @param options Flags, and how long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE` for a message larger than the send buffer, or
   * `EPIPE` after the other end has closed.
   */
  send(data: Uint8Array, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("send", arguments.length, "data", "{ timeout, … }");
    }
    return this.socket.send(data, options);
  }

  /**
   * Receives all messages that are there, at least one and at most the batch's capacity, with one system call.
   *
   * @param batch Where to put them; they replace its earlier contents.
   * @param options Flags, and how long to wait for the first.
   * @returns How many messages were received; `null` at the end of the connection.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  async receiveBatch(batch: MessageBatch, options?: TransferOptions): Promise<number | null> {
    checkArgumentCount("call receiveBatch", arguments.length, "batch", "{ flags, signal, timeout }");
    if (this.socket.isReadOver && (this.socket.fd >= 0 || this.socket.isOver)) return null;
    const count = await this.#recvmmsg(batch, options);
    let messages = 0;
    while (messages < count && isMessage(batch, messages)) messages++;
    if (messages < count) takeReceived(batch, messages); // recvmmsg(2) fills the rest with end markers
    if (messages > 0) return messages;
    this.socket.over("read");
    return null;
  }

  /**
   * Sends all messages of a batch, with as few system calls as possible.
   *
   * @param batch The messages; they must not change until the promise is settled.
   * @param options Flags, and how long to wait.
   * @returns How many messages were sent: all of them.
   * @throws {SystemError} If the kernel refuses one; `messagesSent` on the error is how many were sent.
   */
  sendBatch(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendBatch", arguments.length, "batch", "{ flags, signal, timeout }");
    }
    return this.socket.sendmmsg(batch, options);
  }

  /**
   * Ends the sending direction once all earlier messages are sent: the other end then receives `null`.
   *
   * @param options How long to wait for the messages.
   * @throws {SystemError} If the connection has ended already (`ENOTCONN`).
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    if (arguments.length > 1) return refuseArguments("call closeWrite", arguments.length, "{ signal, timeout }");
    return this.socket.closeWrite(options);
  }

  /**
   * Turns `SO_TIMESTAMP` off and releases the descriptor: from now on the caller owns it.
   *
   * @returns The descriptor, non-blocking.
   */
  override detach(): number {
    checkArgumentCount("call detach", arguments.length);
    this.socket.set(SO_TIMESTAMP, false);
    return super.detach();
  }

  /** The addresses, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    const { format } = this.#codec;
    return { localAddr: () => format(this.localAddr), remoteAddr: () => format(this.remoteAddr) };
  }

  /** The last operation, unless it still waits: making a new one takes a large part of the time to receive. */
  async #recvmmsg(batch: MessageBatch, options: TransferOptions | undefined): Promise<number> {
    try {
      return await this.socket.recvmmsg(batch, options);
    } catch (error) {
      if (!this.socket.isResetEnd || !isSystemError(error, "ECONNRESET")) throw error;
      tellEnd(this.socket.fd);
      return await this.socket.recvmmsg(batch, options); // the messages that are still there, or the end
    }
  }

  #operation(): SeqpacketReceive {
    return this.#receive?.done === true
      ? this.#receive
      : this.#receive = new SeqpacketReceive(this.socket.fd, this.socket);
  }

  /** The messages, until the connection ends or is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<SeqpacketMessage> {
    return untilClosed(this.socket, () => this.receive());
  }
}

/** A message has a timestamp, whether there is space for it or not. */
function isMessage(batch: MessageBatch, i: number): boolean {
  return batch.messageLength(i) > 0 || (batch.flags(i) & C.MSG_CTRUNC) !== 0 || batch.control(i).length > 0;
}

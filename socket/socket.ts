import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { poller } from "./polling/poller.ts";
import { checkBuffer } from "../checks/check_buffer.ts";
import { checkMessage } from "../checks/check_message.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { systemError } from "../ffi/error.ts";
import { check } from "../ffi/gate.ts";
import { constantName } from "../ffi/constant_name.ts";
import { libc } from "../ffi/libc.ts";
import { AsyncDescriptor } from "./async_descriptor.ts";
import { hooksOf, packedName } from "./descriptor.ts";
import { BlockingSocket } from "./blocking/blocking_socket.ts";
import type { BlockingSocketOptions } from "./blocking/options.ts";
import { describe, INSPECT, type Inspectable } from "./inspect.ts";
import type { MessageBatch } from "./message_batch.ts";
import { Call } from "./operation.ts";
import { Accept } from "./operations/accept.ts";
import { type AddedFlag, cmsgCloexec, noSignal } from "./operations/added_flag.ts";
import { Backoff } from "./operations/backoff.ts";
import { BatchReceive, BatchSend } from "./operations/batch.ts";
import { Connect } from "./operations/connect.ts";
import { DatagramSend } from "./operations/datagram.ts";
import { isDrained } from "./operations/drain.ts";
import { MessageReceive, MessageSend } from "./operations/message.ts";
import { adoptFd, checkKind, openFd } from "./operations/open_fd.ts";
import { MSG_DONTWAIT } from "./operations/kernel_numbers.ts";
import { Receive, ReceiveAll, ReceiveFrom } from "./operations/receive.ts";
import { Send } from "./operations/send.ts";
import { StreamRead, StreamWrite } from "./operations/stream.ts";
import { urgentMark, UrgentReceive } from "./operations/urgent_data.ts";
import { type WholeMessage, WholeMessageReceive } from "./operations/whole_message.ts";
import {
  type MessageSpace,
  type OutgoingMessage,
  type ReceivedFrom,
  type ReceivedMessage,
  TRANSFER_OPTIONS,
  type TransferOptions,
} from "./transfer.ts";
import { checkWaitOptions, WAIT_OPTIONS, type WaitOptions } from "./wait_options.ts";

// The names of options that have no named type.
const CONNECT_OPTIONS = { ...WAIT_OPTIONS, address: true } as const;
const SENDTO_OPTIONS = { ...TRANSFER_OPTIONS, address: true } as const;
const CLOSE_WRITE_OPTIONS = { ...WAIT_OPTIONS, drained: true } as const;

// The bits of `#over`.
const READ = 1;
const WRITE = 2;
/**
 * Like {@linkcode Socket.accept}, but returns what `as` makes from the connection's socket: for the listeners of this
 * library.
 */
export let acceptAs: <T>(socket: Socket, options: WaitOptions | undefined, as: (socket: Socket) => T) => Promise<T>;

/**
 * Owns one socket of any family. Its descriptor is non-blocking and close-on-exec; it retries `EINTR` and waits on
 * `EAGAIN`. Addresses are sockaddr bytes, so that families that the library does not know work too.
 *
 * Operations of one direction form a queue: concurrent reads finish in the order of the calls, and so do writes.
 * Permission: `--allow-ffi`.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/socket.2.html | socket(2)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
 * await left.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(16);
 * assertEquals(await right.read(buffer), 5);
 * left.close();
 * assertEquals(await right.read(buffer), null);
 * right.close();
 * ```
 */
export class Socket extends AsyncDescriptor implements Inspectable {
  readonly #family: number;
  readonly #type: number;
  readonly #protocol: number;
  /** Which directions have ended, {@linkcode READ} and {@linkcode WRITE}. */
  #over = 0;
  #owner: { close(): void } | undefined;
  #added: { send: AddedFlag; receive: AddedFlag } | undefined;

  static {
    acceptAs = (socket, options, as) => socket.#accept(options, as);
  }

  private constructor(fd: number, family: number, type: number, protocol: number) {
    super(fd);
    this.#family = family;
    this.#type = type;
    this.#protocol = protocol;
  }

  /**
   * Opens a socket of any family, type and protocol, by their numbers.
   *
   * @param family The address family, such as `AF_INET`.
   * @param type The socket type, such as `SOCK_STREAM`.
   * @param protocol The protocol; 0 is the family's default for the type.
   * @returns The socket.
   * @throws {SystemError} If the kernel refuses, such as `EAFNOSUPPORT` for a family that it lacks.
   */
  static open(family: number, type: number, protocol = 0): Socket {
    checkArgumentCount("call open", arguments.length, "family", "type", "protocol");
    const fd = openFd(family, type, protocol);
    if (family === C.AF_SMC) poller().avoidRing();
    return new Socket(fd, family, type, protocol);
  }

  /**
   * Opens two sockets that are connected to each other.
   *
   * @param family The address family; Linux pairs `AF_UNIX` and `AF_TIPC`.
   * @param type The socket type.
   * @param protocol The protocol; 0 is the family's default for the type.
   * @returns Both sockets.
   * @throws {SystemError} If the kernel refuses, such as `EOPNOTSUPP` for a family without pairs.
   */
  static pair(family: number, type: number, protocol = 0): [Socket, Socket] {
    checkArgumentCount("call pair", arguments.length, "family", "type", "protocol");
    checkKind({ family, type, protocol });
    const fds = new Int32Array(2);
    check(libc().socketpair(family, type | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, protocol, fds), "socketpair");
    const [left = -1, right = -1] = fds;
    const sockets: [Socket, Socket] = [
      new Socket(left, family, type, protocol),
      new Socket(right, family, type, protocol),
    ];
    for (const socket of sockets) socket.peer = packedName(libc().getpeername, socket.number);
    return sockets;
  }

  /**
   * Takes ownership of an open descriptor: it becomes non-blocking and close-on-exec, and closing this socket closes
   * it.
   *
   * @param fd The descriptor.
   * @returns The socket.
   * @throws {RangeError} If the number cannot be that of a descriptor.
   * @throws {SystemError} If it is not an open socket; it then stays as it was.
   */
  static fromFd(fd: number): Socket {
    checkArgumentCount("call fromFd", arguments.length, "fd");
    const { family, type, protocol } = adoptFd(fd);
    if (family === C.AF_SMC) poller().avoidRing();
    const socket = new Socket(fd, family, type, protocol);
    socket.share();
    return socket;
  }

  /**
   * Binds the socket to an address.
   *
   * @param sockaddr The address, as bytes.
   * @param address The same as text, for errors.
   * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
   */
  bind(sockaddr: Uint8Array, address?: string): void {
    checkArgumentCount("call bind", arguments.length, "sockaddr", "address");
    checkBuffer(sockaddr, sockaddr?.byteLength);
    check(libc().bind(this.open("bind"), sockaddr, sockaddr.byteLength), "bind", address);
  }

  /**
   * Makes the socket accept connections.
   *
   * @param backlog How many connections may wait to be accepted, at most the system's `somaxconn`.
   * @param address The local address as text, for errors.
   * @throws {SystemError} If the kernel refuses.
   */
  listen(backlog: number, address?: string): void {
    checkArgumentCount("call listen", arguments.length, "backlog", "address");
    within("listen", "backlog", backlog, INT_MAX);
    check(libc().listen(this.open("listen"), backlog), "listen", address);
  }

  /**
   * Connects to an address, and waits until the connection is established.
   *
   * @param sockaddr The address, as bytes.
   * @param options How long to wait, and the address as text for errors.
   * @throws {SystemError} If it fails, such as `ECONNREFUSED`.
   */
  async connect(sockaddr: Uint8Array, options?: WaitOptions & { address?: string }): Promise<void> {
    checkArgumentCount("call connect", arguments.length, "sockaddr", "options");
    checkBuffer(sockaddr, sockaddr?.byteLength);
    const operation = new Connect(this.number, this.readiness, sockaddr, options?.address);
    const peer = await this.run("write", operation, options, CONNECT_OPTIONS);
    this.peer = peer === "" ? packedName(libc().getpeername, this.number) : peer;
  }

  /**
   * Waits for a connection and accepts it. It skips connections that the peer has already given up. Without free
   * descriptors or memory it tries again after a while, at most a second.
   *
   * @param options How long to wait.
   * @returns The connection's socket, which the caller owns; {@linkcode peerSockaddr} is its peer.
   * @throws {SystemError} If the socket does not listen, or is closed during the wait.
   */
  accept(options?: WaitOptions): Promise<Socket> {
    if (arguments.length > 1) return refuseArguments("call accept", arguments.length, "{ signal, timeout }");
    return this.#accept(options, (socket) => socket);
  }

  /**
   * Waits until a stream has bytes, and reads at most as many as fit.
   *
   * @param buffer Where to put the bytes.
   * @param options How long to wait.
   * @returns How many bytes were read, at least 1; `null` at the end of the stream; 0 for an empty buffer.
   * @throws {SystemError} If the connection is broken, such as `ECONNRESET`.
   */
  read(buffer: Uint8Array, options?: WaitOptions): Promise<number | null> {
    if (arguments.length > 2) return refuseArguments("call read", arguments.length, "buffer", "{ signal, timeout }");
    if (!(buffer?.byteLength > 0)) return this.#readNothing(buffer, options); // else it would wait, to take nothing
    if (this.number < 0 && this.isOver) return Promise.resolve(null);
    const drains = readsAll(this.#family, this.#protocol) ? this.readiness : undefined;
    return this.run("read", new StreamRead(this.number, drains, buffer, this, this.#family === C.AF_SMC), options);
  }

  /**
   * Writes all bytes to a stream, and waits for room as often as needed.
   *
   * @param bytes The bytes; they must not change until the promise is settled.
   * @param options How long to wait.
   * @returns The number of bytes, always all.
   * @throws {SystemError} If not all bytes could be written, such as `EPIPE`; `bytesWritten` on the error is how many
   * were.
   */
  write(bytes: Uint8Array, options?: WaitOptions): Promise<number> {
    if (arguments.length > 2) return refuseArguments("call write", arguments.length, "bytes", "{ signal, timeout }");
    return this.run("write", new StreamWrite(this.number, bytes, this.#flags.send), options, TRANSFER_OPTIONS);
  }

  /**
   * Waits for room, and sends bytes with one send(2).
   *
   * @param bytes The bytes; on a datagram or seqpacket socket, the message.
   * @param options Flags, and how long to wait.
   * @returns How many bytes were sent; fewer than all only on a stream.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`.
   */
  send(bytes: Uint8Array, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call send", arguments.length, "bytes", "{ flags, signal, timeout }");
    }
    return this.run(
      "write",
      new Send(this.number, bytes, options?.flags ?? 0, this.#flags.send),
      options,
      TRANSFER_OPTIONS,
    );
  }

  /**
   * Sends a datagram to an address.
   *
   * @param bytes The datagram.
   * @param sockaddr The address, as bytes.
   * @param options Flags, how long to wait, and a function that formats the address for errors.
   * @returns How many bytes were sent.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`.
   */
  sendto(
    bytes: Uint8Array,
    sockaddr: Uint8Array,
    options?: TransferOptions & { address?: (sockaddr: Uint8Array) => string },
  ): Promise<number> {
    if (arguments.length > 3) return refuseArguments("call sendto", arguments.length, "bytes", "sockaddr", "options");
    const { flags = 0, address } = options ?? {};
    const { send } = this.#flags;
    const operation = new DatagramSend(this.number, this.readiness, bytes, sockaddr, flags, send, address);
    return this.run("write", operation, options, SENDTO_OPTIONS);
  }

  /**
   * Waits for data, and receives it with one recv(2). With `MSG_WAITALL` on a stream, waits until the buffer is full.
   *
   * @param buffer Where to put the bytes.
   * @param options Flags, and how long to wait.
   * @returns How many bytes were received. 0 is the end of a stream, and an empty message elsewhere; with
   * `MSG_WAITALL`, fewer bytes than the buffer can hold mean the end.
   * @throws {SystemError} If the connection is broken, such as `ECONNRESET`; after a wait with `MSG_WAITALL`,
   * `bytesRead` on the error is the number of bytes already in the buffer.
   */
  recv(buffer: Uint8Array, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call recv", arguments.length, "buffer", "{ flags, signal, timeout }");
    }
    const flags = withoutWait(options);
    if ((flags & (C.MSG_WAITALL | C.MSG_PEEK)) === C.MSG_WAITALL && this.#type === C.SOCK_STREAM) {
      return this.run("read", new ReceiveAll(this.number, buffer, flags), options, TRANSFER_OPTIONS);
    }
    return this.run("read", new Receive(this.number, buffer, flags), options, TRANSFER_OPTIONS);
  }

  /**
   * Waits for a stream's urgent byte, ahead of the data before it. A read that goes past its position discards it; a
   * read that waits at the same time comes second.
   *
   * @param options How long to wait.
   * @returns The byte, or `null` if the other end has ended the stream.
   * @throws {SystemError} If the family has no urgent data (`EOPNOTSUPP`).
   */
  receiveUrgent(options?: WaitOptions): Promise<number | null> {
    if (arguments.length > 1) return refuseArguments("call receiveUrgent", arguments.length, "{ signal, timeout }");
    return this.run("urgent", new UrgentReceive(this.number, this.readiness), options);
  }

  /**
   * `SIOCATMARK`: whether the next byte to read is the one after the urgent data.
   *
   * @returns Whether it is.
   * @throws {SystemError} If the family has no urgent data (`EINVAL`, `ENOTTY`).
   */
  atUrgentMark(): boolean {
    checkArgumentCount("call atUrgentMark", arguments.length);
    const n = urgentMark(this.open("ioctl"));
    if (n < 0) throw systemError(-n, "ioctl");
    return n === 1;
  }

  /**
   * Receives a datagram and its sender's address.
   *
   * @param buffer Where the bytes go; what does not fit is cut off.
   * @param options Flags, and how long to wait.
   * @returns The length and the sender.
   * @throws {SystemError} If the kernel refuses, such as `ECONNREFUSED` for an earlier send of a connected socket.
   */
  recvfrom(buffer: Uint8Array, options?: TransferOptions): Promise<ReceivedFrom> {
    if (arguments.length > 2) {
      return refuseArguments("call recvfrom", arguments.length, "buffer", "{ flags, signal, timeout }");
    }
    return this.run("read", new ReceiveFrom(this.number, buffer, withoutWait(options)), options, TRANSFER_OPTIONS);
  }

  /**
   * Sends a message with ancillary data with sendmsg(2). On a stream it sends all data, waiting for room as often as
   * needed; the ancillary data goes with the first bytes.
   *
   * @param message The parts of the message.
   * @param options Flags, and how long to wait.
   * @returns How many bytes of data were sent.
   * @throws {SystemError} If the kernel refuses; `bytesWritten` on the error is how much of a stream's data was sent.
   */
  async sendmsg(message: OutgoingMessage, options?: TransferOptions): Promise<number> {
    checkArgumentCount("call sendmsg", arguments.length, "message", "{ flags, signal, timeout }");
    checkMessage(message);
    const isStream = this.#type === C.SOCK_STREAM;
    const flags = options?.flags ?? 0;
    const operation = new MessageSend(this.number, this.readiness, message, flags, this.#flags.send, isStream);
    return await this.run("write", operation, options, TRANSFER_OPTIONS);
  }

  /**
   * Receives a message with ancillary data with recvmsg(2).
   *
   * @param space Where to put it.
   * @param options Flags, and how long to wait. `MSG_CMSG_CLOEXEC` is added.
   * @returns The length, the kernel's flags (`MSG_TRUNC`, `MSG_CTRUNC`, …), the sender and the ancillary data.
   * @throws {SystemError} If the kernel refuses.
   */
  async recvmsg(space: MessageSpace, options?: TransferOptions): Promise<ReceivedMessage> {
    checkArgumentCount("call recvmsg", arguments.length, "space", "{ flags, signal, timeout }");
    const operation = new MessageReceive(this.number, space, withoutWait(options), this.#flags.receive);
    return await this.run("read", operation, options, TRANSFER_OPTIONS);
  }

  /**
   * Like {@linkcode recvmsg}, into one buffer; without one, into a new array as long as the message.
   *
   * @internal
   */
  async recvmsgWhole(
    buffer: Uint8Array | undefined,
    controlLength: number,
    options: TransferOptions,
  ): Promise<WholeMessage> {
    checkArgumentCount("call recvmsgWhole", arguments.length, "buffer", "controlLength", "options");
    if (buffer !== undefined) {
      return { buffer, received: await this.recvmsg({ buffers: [buffer], controlLength }, options) };
    }
    const operation = new WholeMessageReceive(this.number, controlLength, withoutWait(options), this.#flags.receive);
    return await this.run("read", operation, options, TRANSFER_OPTIONS);
  }

  /**
   * Receives the messages that are there, at least one and at most the batch's capacity, with one recvmmsg(2).
   *
   * @param batch Where to put them; they replace its earlier contents.
   * @param options Flags, and how long to wait for the first. `MSG_CMSG_CLOEXEC` is added.
   * @returns How many messages were received: the batch's `length`.
   * @throws {SystemError} If the kernel refuses.
   */
  recvmmsg(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call recvmmsg", arguments.length, "batch", "{ flags, signal, timeout }");
    }
    return this.run(
      "read",
      new BatchReceive(this.number, batch, withoutWait(options), this.#flags.receive),
      options,
      TRANSFER_OPTIONS,
    );
  }

  /**
   * Sends all messages of a batch, with as few calls of sendmmsg(2) as possible.
   *
   * @param batch The messages; they must not change until the promise is settled.
   * @param options Flags, and how long to wait.
   * @returns The number of messages, always all.
   * @throws {SystemError} If the kernel refuses one; `messagesSent` on the error is how many were sent before it.
   */
  sendmmsg(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendmmsg", arguments.length, "batch", "{ flags, signal, timeout }");
    }
    const operation = new BatchSend(this.number, this.readiness, batch, options?.flags ?? 0, this.#flags.send);
    return this.run("write", operation, options, TRANSFER_OPTIONS);
  }

  /**
   * Ends one or both directions of a connection; the descriptor stays open.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
   * @throws {SystemError} If the kernel refuses, such as `ENOTCONN`.
   */
  shutdown(how: number): void {
    checkArgumentCount("call shutdown", arguments.length, "how");
    check(libc().shutdown(this.open("shutdown"), within("shut down", "direction", how, C.SHUT_RDWR)), "shutdown");
  }

  /**
   * Ends the sending direction once all earlier writes are done.
   *
   * @param options How long to wait for them; with `drained`, also until the kernel's send buffer is empty.
   * @throws {SystemError} If the kernel refuses, such as `ENOTCONN`.
   */
  async closeWrite(options?: WaitOptions & { drained?: boolean }): Promise<void> {
    checkArgumentCount("call closeWrite", arguments.length, "options");
    const later = new Backoff(1, 16);
    const attempt = (): true | undefined => {
      if (options?.drained && !isDrained(this.number)) {
        this.readiness.readyLater("write", later);
        return undefined;
      }
      this.shutdown(C.SHUT_WR);
      this.over("write");
      return true;
    };
    await this.run("write", new Call("shutdown", attempt), options, CLOSE_WRITE_OPTIONS);
  }

  /** What `console.log()` prints, on every runtime. */
  [INSPECT](): string {
    const [family, type] = [constantName("family", this.#family), constantName("type", this.#type)];
    return describe(this, {
      family: () => family ?? String(this.#family),
      type: () => type ?? String(this.#type),
      fd: () => String(this.number),
    });
  }

  /** Whether the end was read. */
  get isReadOver(): boolean {
    return (this.#over & READ) !== 0;
  }

  /** Whether the kernel tells of the end of a connection as a reset, as it does for Bluetooth. */
  get isResetEnd(): boolean {
    return this.#family === C.AF_BLUETOOTH;
  }

  /** Whether both directions have ended: the end was read, and {@linkcode closeWrite} is done. */
  get isOver(): boolean {
    return this.#over === (READ | WRITE);
  }

  /**
   * Closes the socket's owner once both directions have ended.
   *
   * @param owner What to close.
   */
  closeWhenOver(owner: { close(): void }): void {
    checkArgumentCount("call closeWhenOver", arguments.length, "owner");
    this.#owner = owner;
  }

  /**
   * Records that a direction has ended: for a family's own operations that reach the end.
   *
   * @param direction The direction.
   */
  over(direction: "read" | "write"): void {
    checkArgumentCount("call over", arguments.length, "direction");
    const before = this.#over;
    this.#over |= direction === "read" ? READ : WRITE;
    // Not immediately: other waiting reads must see the end too.
    if (this.isOver && this.#over !== before && this.#owner !== undefined) queueMicrotask(() => this.#owner?.close());
  }

  /** Made on first use: a listener needs none. */
  get #flags(): { send: AddedFlag; receive: AddedFlag } {
    return this.#added ??= { send: noSignal(), receive: cmsgCloexec(this.#family) };
  }

  #accept<T>(options: WaitOptions | undefined, as: (socket: Socket) => T): Promise<T> {
    const make = (fd: number, sockaddr: string | undefined): T => {
      const socket = new Socket(fd, this.#family, this.#type, this.#protocol);
      socket.peer = sockaddr;
      try {
        return as(socket);
      } catch (error) {
        socket.close();
        throw error;
      }
    };
    return this.run("read", new Accept(this.number, this.readiness, this.#family !== C.AF_ALG, make), options);
  }

  // deno-lint-ignore require-await -- so that its errors become rejections
  async #readNothing(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    this.open("recv");
    checkBuffer(buffer, 0);
    if (options !== undefined) options = checkWaitOptions("call recv", options);
    return 0;
  }

  /**
   * Moves the descriptor to a socket whose calls block. This socket is then closed, and its pending waits are rejected.
   * `Socket.fromFd(blocking.detach())` moves it back.
   *
   * @param options The codec of the family's addresses.
   * @returns The blocking socket, which owns the descriptor.
   * @throws {SystemError} If the socket is closed.
   */
  blocking<A = Uint8Array, I = A>(
    options: Pick<BlockingSocketOptions<A, I>, "codec"> = {},
  ): BlockingSocket<A, I> {
    checkArgumentCount("call blocking", arguments.length, "options");
    const blocking = BlockingSocket.fromFd(this.open("fcntl"), options);
    Object.assign(hooksOf(blocking), hooksOf(this));
    this.detach();
    return blocking;
  }

  /**
   * Duplicates the descriptor. Both refer to the same socket in the kernel; closing one does not affect the other.
   *
   * @returns The second owner.
   * @throws {SystemError} If the kernel refuses, such as `EMFILE`.
   */
  dup(): Socket {
    checkArgumentCount("call dup", arguments.length);
    const fd = check(libc().fcntl(this.open("fcntl"), C.F_DUPFD_CLOEXEC, 0n), "fcntl");
    this.share();
    const twin = new Socket(fd, this.#family, this.#type, this.#protocol);
    twin.share();
    return twin;
  }
}

function withoutWait(options: TransferOptions | undefined): number {
  return (options?.flags ?? 0) | MSG_DONTWAIT;
}

/**
 * Only streams on which a short read means that no more bytes are there, or on which an event follows: AF_UNIX stops
 * where the ancillary data changes, SCTP after each message.
 */
function readsAll(family: number, protocol: number): boolean {
  return (family === C.AF_INET || family === C.AF_INET6 || family === C.AF_SMC) && protocol !== C.IPPROTO_SCTP;
}

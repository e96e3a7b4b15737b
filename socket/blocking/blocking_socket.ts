import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkTimeout } from "../../checks/check_timeout.ts";
import { checkOptions, type NameTable, type OptionNames } from "../../checks/option_names.ts";
import { checkMessage } from "../../checks/check_message.ts";
import { INT_MAX, within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { check } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import type { AddrCodec } from "../addr_codec.ts";
import { Descriptor, hooksOf, readOption } from "../descriptor.ts";
import { waitedAt } from "../inspect.ts";
import type { MessageBatch } from "../message_batch.ts";
import { inNetworkNamespace } from "../network_namespace.ts";
import type { Operation } from "../operation.ts";
import { Accept } from "../operations/accept.ts";
import { type AddedFlag, cmsgCloexec, noSignal } from "../operations/added_flag.ts";
import { BatchReceive, BatchSend } from "../operations/batch.ts";
import { Connect } from "../operations/connect.ts";
import { DatagramSend } from "../operations/datagram.ts";
import { MessageReceive, MessageSend } from "../operations/message.ts";
import { adoptFd, openFd } from "../operations/open_fd.ts";
import { Receive, ReceiveAll, ReceiveFrom } from "../operations/receive.ts";
import { Send } from "../operations/send.ts";
import { unpackSockaddr } from "../operations/sockaddr_space.ts";
import { StreamWrite } from "../operations/stream.ts";
import type { MessageSpace, ReceivedFrom, ReceivedMessage } from "../transfer.ts";
import { closeDrainedNow, drainNow } from "./_drain_now.ts";
import { sockaddrCodec } from "./_sockaddr_codec.ts";
import { type FlaggedOperation, Waiter } from "./_waiter.ts";
import type {
  BlockingOptions,
  BlockingOutgoingMessage,
  BlockingSocketOptions,
  BlockingTransferOptions,
  Sender,
} from "./options.ts";

const { MSG_DONTWAIT, MSG_ERRQUEUE, MSG_PEEK, MSG_WAITALL } = C;
type Names = NameTable;
const BLOCKING: OptionNames<BlockingOptions> = { timeout: true };
const TRANSFER: OptionNames<BlockingTransferOptions> = { ...BLOCKING, flags: true };
const ADOPT: OptionNames<Pick<BlockingSocketOptions<unknown>, "codec">> = { codec: true };
const OPEN: OptionNames<BlockingSocketOptions<unknown>> = { ...ADOPT, networkNamespace: true, protocol: true };

/** Flags with which the C call does not block either. */
const NO_WAIT = MSG_DONTWAIT | MSG_ERRQUEUE;
/** Milliseconds that closing an AF_SMC connection waits for the peer to take the written data. */
const DRAIN_TIMEOUT = 30_000;

/**
 * One socket of any family, whose calls block the thread until they are done: for a Worker, a script, a REPL, or a
 * WebAssembly host. On a server's main thread it stops everything: use `Socket` there, or the classes of the families.
 *
 * The methods have their C names; addresses are in the form of the codec that it is opened with. Each call takes a
 * `timeout`, whose default is {@linkcode timeout}. The same descriptor can become a `Socket` with
 * `Socket.fromFd(blocking.detach())`, and return with `socket.blocking()`. It must not be both at the same time, not
 * even through duplicates: the first receive without a timeout clears `O_NONBLOCK`, which all duplicates share, and
 * sets `SO_RCVTIMEO`.
 *
 * **Ctrl+C** ends a blocked program on every runtime, unless the program listens for the signal: a signal listener runs
 * on the event loop, which is blocked. `terminate()` or the exit of the main thread ends a blocked Worker within 250
 * ms.
 *
 * Permission: `--allow-ffi`.
 *
 * @typeParam A The address type that the socket returns.
 * @typeParam I The address type that the socket takes, which may need fewer fields.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/socket.2.html | socket(2)}
 *
 * @example A client and a server, in one thread
 * ```ts
 * import { BlockingSocket } from "@berkeley/sockets/blocking";
 * import { C } from "@berkeley/sockets/ffi";
 * import { tcpAddrCodec } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using server = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
 * server.bind({ hostname: "127.0.0.1", port: 0 });
 * server.listen(5);
 * using client = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
 * client.connect(server.localAddr);
 * using conn = server.accept();
 * assertEquals(conn.remoteAddr.port, client.localAddr.port);
 *
 * client.sendall(new TextEncoder().encode("Hello, world"));
 * const buffer = new Uint8Array(1024);
 * const n = conn.recv(buffer, { timeout: 1000 });
 * assertEquals(new TextDecoder().decode(buffer.subarray(0, n)), "Hello, world");
 * client.close();
 * assertEquals(conn.recv(buffer), 0); // the end
 * ```
 */
export class BlockingSocket<A = Uint8Array, I = A> extends Descriptor {
  readonly #type: number;
  readonly #family: number;
  readonly #codec: AddrCodec<A, I>;
  readonly #receive: Receive;
  readonly #send: Send;
  readonly #waiter = new Waiter(() => this.#address());
  readonly #added: { send: AddedFlag; receive: AddedFlag };
  #timeout = Infinity;
  /** Packed. */
  #peer: string | undefined;

  private constructor(fd: number, family: number, type: number, codec: AddrCodec<A, I>) {
    super(fd);
    this.#family = family;
    this.#added = { send: noSignal(), receive: cmsgCloexec(family) };
    this.#type = type;
    this.#receive = new Receive(fd, new Uint8Array(0), 0);
    this.#send = new Send(fd, new Uint8Array(0), 0, this.#added.send);
    this.#codec = codec;
  }

  /**
   * Opens a socket of any family and type, by their numbers.
   *
   * @param family The address family, such as `AF_INET`.
   * @param type The socket type, such as `SOCK_STREAM`.
   * @param options The protocol, and the codec of the family's addresses.
   * @returns The socket.
   * @throws {SystemError} If the kernel refuses, such as `EAFNOSUPPORT` for a family that it lacks.
   */
  static open<A = Uint8Array, I = A>(
    family: number,
    type: number,
    options: BlockingSocketOptions<A, I> = {},
  ): BlockingSocket<A, I> {
    checkArgumentCount("call open", arguments.length, "family", "type", "options");
    options = checkOptions("open a socket", options, OPEN);
    const { protocol = 0, codec = sockaddrCodec as AddrCodec<unknown> as AddrCodec<A, I> } = options;
    const { networkNamespace } = options;
    const open = (): number => openFd(family, type, protocol);
    const fd = networkNamespace === undefined ? open() : inNetworkNamespace(networkNamespace, open);
    return new BlockingSocket(fd, family, type, codec);
  }

  /**
   * Takes ownership of an open descriptor: it becomes non-blocking and close-on-exec, and closing this socket closes
   * it.
   *
   * @param fd The descriptor.
   * @param options The codec of the family's addresses.
   * @returns The socket.
   * @throws {RangeError} If the number cannot be that of a descriptor.
   * @throws {SystemError} If it is not an open socket; it then stays as it was.
   */
  static fromFd<A = Uint8Array, I = A>(
    fd: number,
    options: Pick<BlockingSocketOptions<A, I>, "codec"> = {},
  ): BlockingSocket<A, I> {
    checkArgumentCount("call fromFd", arguments.length, "fd", "options");
    options = checkOptions("take a descriptor", options, ADOPT);
    const { codec = sockaddrCodec as AddrCodec<unknown> as AddrCodec<A, I> } = options;
    const { family, type } = adoptFd(fd);
    return new BlockingSocket(fd, family, type, codec);
  }

  /**
   * The default `timeout` of every call, in milliseconds. An accepted connection starts without one.
   *
   * @default {Infinity}
   */
  get timeout(): number {
    return this.#timeout;
  }
  set timeout(milliseconds: number) {
    this.#timeout = checkTimeout(milliseconds);
  }

  /** The address that it is bound to (getsockname(2)). */
  get localAddr(): A {
    return this.#codec.decode(this.localSockaddr());
  }

  /** The address that it is connected to (getpeername(2)), stored by {@linkcode connect} and {@linkcode accept}. */
  get remoteAddr(): A {
    return this.#codec.decode(this.peerSockaddr());
  }

  /** The same, as sockaddr bytes. */
  override peerSockaddr(): Uint8Array {
    checkArgumentCount("call peerSockaddr", arguments.length);
    return this.#peer === undefined ? super.peerSockaddr() : unpackSockaddr(this.#peer);
  }

  /**
   * Binds the socket to an address.
   *
   * @param addr The address.
   * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
   */
  bind(addr: I): void {
    checkArgumentCount("call bind", arguments.length, "addr");
    const sockaddr = this.#codec.encode(addr, this);
    check(libc().bind(this.open("bind"), sockaddr, sockaddr.byteLength), "bind", this.#codec.format(addr));
  }

  /**
   * Makes the socket accept connections.
   *
   * @param backlog How many connections may wait to be accepted, at most the system's `somaxconn`. Default: 511.
   * @throws {SystemError} If the kernel refuses.
   */
  listen(backlog = 511): void {
    checkArgumentCount("call listen", arguments.length, "backlog");
    check(libc().listen(this.open("listen"), within("listen", "backlog", backlog, INT_MAX)), "listen");
  }

  /**
   * Blocks until the socket is connected.
   *
   * @param addr The address.
   * @param options How long to block.
   * @throws {SystemError} If it fails, such as `ECONNREFUSED`.
   */
  connect(addr: I, options?: BlockingOptions): void {
    checkArgumentCount("call connect", arguments.length, "addr", "options");
    const address = this.#codec.format(addr);
    const operation = new Connect(this.fd, this.#waiter.pause, this.#codec.encode(addr, this), address);
    this.#peer = this.#write(operation, this.#timeoutOf("connect", options)) || undefined;
  }

  /**
   * Blocks until there is a connection, and accepts it. It skips connections that the peer has already given up.
   * Without free descriptors or memory it tries again after a while, at most a second.
   *
   * @param options How long to block.
   * @returns The connection, which the caller owns; {@linkcode remoteAddr} is its peer.
   * @throws {SystemError} If the socket does not listen.
   */
  accept(options?: BlockingOptions): BlockingSocket<A, I> {
    checkArgumentCount("call accept", arguments.length, "options");
    const make = (fd: number, peer: string | undefined): BlockingSocket<A, I> => {
      const socket = new BlockingSocket(fd, this.#family, this.#type, this.#codec);
      socket.#peer = peer;
      return socket;
    };
    return this.#waiter.run(
      this.open("accept4"),
      C.POLLIN,
      new Accept(this.fd, this.#waiter.pause, this.#family !== C.AF_ALG, make),
      this.#timeoutOf("accept4", options),
    );
  }

  /**
   * Blocks until there is data, and takes as much as fits. With `MSG_WAITALL` on a stream, blocks until the buffer is
   * full.
   *
   * @param buffer Where the bytes go.
   * @param options Flags, and how long to block.
   * @returns The number of bytes received. 0 is the end of a stream, and an empty message elsewhere.
   * @throws {SystemError} If the connection is broken, such as `ECONNRESET`. After a timeout with `MSG_WAITALL`,
   * `bytesRead` on the error is the number of bytes already in the buffer.
   */
  recv(buffer: Uint8Array, options?: BlockingTransferOptions): number {
    checkArgumentCount("call recv", arguments.length, "buffer", "options");
    const flags = options?.flags ?? 0;
    const timeout = this.#timeoutOf("recv", options, TRANSFER);
    const how = timeout === Infinity ? flags : flags | MSG_DONTWAIT;
    const all = (flags & (MSG_WAITALL | MSG_PEEK)) === MSG_WAITALL && this.#type === C.SOCK_STREAM;
    const n = this.#read(
      all ? new ReceiveAll(this.fd, buffer, how) : this.#receive.reuse(buffer, how),
      timeout,
    );
    if (n === 0 && this.#family === C.AF_SMC) this.#throwPending("recv");
    return n;
  }

  /**
   * Blocks until there is a datagram, and receives it.
   *
   * @param buffer Where the bytes go; what does not fit is cut off.
   * @param options Flags, and how long to block.
   * @returns The length, and the sender.
   * @throws {SystemError} If the kernel refuses, such as `ECONNREFUSED` for an earlier send of a connected socket.
   */
  recvfrom(buffer: Uint8Array, options?: BlockingTransferOptions): ReceivedFrom & Sender<A> {
    checkArgumentCount("call recvfrom", arguments.length, "buffer", "options");
    const flags = options?.flags ?? 0;
    const timeout = this.#timeoutOf("recvfrom", options, TRANSFER);
    const operation = new ReceiveFrom(this.fd, buffer, timeout === Infinity ? flags : flags | MSG_DONTWAIT);
    return this.#withAddr(this.#read(operation, timeout));
  }

  /**
   * Blocks until there is a message, and receives it with its ancillary data.
   *
   * @param space Where to put it.
   * @param options Flags, and how long to block. `MSG_CMSG_CLOEXEC` is always added.
   * @returns The length, the kernel's flags (`MSG_TRUNC`, `MSG_CTRUNC`, …), the sender and the ancillary data.
   * @throws {SystemError} If the kernel refuses.
   */
  recvmsg(space: MessageSpace, options?: BlockingTransferOptions): ReceivedMessage & Sender<A> {
    checkArgumentCount("call recvmsg", arguments.length, "space", "options");
    const flags = options?.flags ?? 0;
    const timeout = this.#timeoutOf("recvmsg", options, TRANSFER);
    const operation = new MessageReceive(
      this.fd,
      space,
      timeout === Infinity ? flags : flags | MSG_DONTWAIT,
      this.#added.receive,
    );
    return this.#withAddr(this.#read(operation, timeout));
  }

  /**
   * Blocks until there are messages, and receives those that are there, at most the batch's capacity, with one
   * recvmmsg(2).
   *
   * @param batch Where to put them; they replace its earlier contents.
   * @param options Flags, and how long to block for the first. `MSG_CMSG_CLOEXEC` is always added.
   * @returns How many messages were received: the batch's `length`.
   * @throws {SystemError} If the kernel refuses.
   */
  recvmmsg(batch: MessageBatch, options?: BlockingTransferOptions): number {
    checkArgumentCount("call recvmmsg", arguments.length, "batch", "options");
    const flags = options?.flags ?? 0;
    const timeout = this.#timeoutOf("recvmmsg", options, TRANSFER);
    const how = timeout === Infinity ? C.MSG_WAITFORONE : MSG_DONTWAIT;
    return this.#read(new BatchReceive(this.fd, batch, flags | how, this.#added.receive), timeout);
  }

  /**
   * Sends with one send(2), once there is room in the send buffer.
   *
   * @param data The bytes; on a datagram or seqpacket socket, the message.
   * @param options Flags, and how long to block.
   * @returns How many bytes were sent; fewer than all only on a stream.
   * @throws {SystemError} If the kernel refuses, such as `EPIPE`.
   */
  send(data: Uint8Array, options?: BlockingTransferOptions): number {
    checkArgumentCount("call send", arguments.length, "data", "options");
    const flags = options?.flags ?? 0;
    return this.#write(this.#send.reuse(data, flags | MSG_DONTWAIT), this.#timeoutOf("send", options, TRANSFER));
  }

  /**
   * Sends all bytes, and blocks for room as often as needed.
   *
   * @param data The bytes.
   * @param options How long to block in all.
   * @throws {SystemError} If not all bytes could be sent, such as `EPIPE`; `bytesWritten` on the error is how many
   * were.
   */
  sendall(data: Uint8Array, options?: BlockingOptions): void {
    checkArgumentCount("call sendall", arguments.length, "data", "options");
    this.#write(new StreamWrite(this.fd, data, this.#added.send, MSG_DONTWAIT), this.#timeoutOf("send", options));
  }

  /**
   * Sends a datagram to an address.
   *
   * @param data The datagram.
   * @param addr The address.
   * @param options Flags, and how long to block.
   * @returns How many bytes were sent.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`.
   */
  sendto(data: Uint8Array, addr: I, options?: BlockingTransferOptions): number {
    checkArgumentCount("call sendto", arguments.length, "data", "addr", "options");
    const sockaddr = this.#codec.encode(addr, this);
    const format = () => this.#codec.format(addr);
    const flags = options?.flags ?? 0;
    const operation = new DatagramSend(
      this.fd,
      this.#waiter.pause,
      data,
      sockaddr,
      flags | MSG_DONTWAIT,
      this.#added.send,
      format,
    );
    return this.#write(operation, this.#timeoutOf("sendto", options, TRANSFER));
  }

  /**
   * Sends a message with ancillary data. On a stream it sends all data, blocking for room as often as needed; the
   * ancillary data goes with the first bytes.
   *
   * @param message The parts of the message.
   * @param options Flags, and how long to block.
   * @returns How many bytes of data were sent.
   * @throws {SystemError} If the kernel refuses; `bytesWritten` on the error is how much of a stream's data was sent.
   */
  sendmsg(message: BlockingOutgoingMessage<I>, options?: BlockingTransferOptions): number {
    checkArgumentCount("call sendmsg", arguments.length, "message", "options");
    checkMessage(message);
    const { addr, ...rest } = message;
    const outgoing = addr === undefined ? rest : { ...rest, sockaddr: this.#codec.encode(addr, this) };
    const isStream = this.#type === C.SOCK_STREAM;
    const flags = options?.flags ?? 0;
    const operation = new MessageSend(
      this.fd,
      this.#waiter.pause,
      outgoing,
      flags | MSG_DONTWAIT,
      this.#added.send,
      isStream,
    );
    return this.#write(operation, this.#timeoutOf("sendmsg", options, TRANSFER));
  }

  /**
   * Sends all messages of a batch, with as few calls of sendmmsg(2) as possible.
   *
   * @param batch The messages.
   * @param options Flags, and how long to block in all.
   * @returns The number of messages, always all.
   * @throws {SystemError} If the kernel refuses one; `messagesSent` on the error is how many were sent before it.
   */
  sendmmsg(batch: MessageBatch, options?: BlockingTransferOptions): number {
    checkArgumentCount("call sendmmsg", arguments.length, "batch", "options");
    const flags = options?.flags ?? 0;
    const operation = new BatchSend(this.fd, this.#waiter.pause, batch, flags | MSG_DONTWAIT, this.#added.send);
    return this.#write(operation, this.#timeoutOf("sendmmsg", options, TRANSFER));
  }

  /**
   * Ends one or both directions of a connection; the descriptor stays open. AF_SMC first blocks until the peer has
   * taken the written data, which the kernel would otherwise drop.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
   * @param options How long AF_SMC blocks. Default: 30 s, if the socket has no default of its own.
   * @throws {SystemError} If the kernel refuses, such as `ENOTCONN`.
   */
  shutdown(how: number, options?: BlockingOptions): void {
    checkArgumentCount("call shutdown", arguments.length, "how", "options");
    const fd = this.open("shutdown");
    within("shut down", "direction", how, INT_MAX);
    const timeout = this.#drainTimeout("shutdown", options);
    if (this.#family === C.AF_SMC && how !== C.SHUT_RD) drainNow(fd, timeout);
    check(libc().shutdown(fd, how), "shutdown");
  }

  /**
   * Closes the descriptor. AF_SMC first blocks until the peer has taken the written data, which the kernel would
   * otherwise drop. Closing again does nothing.
   *
   * @param options How long AF_SMC blocks. Default: 30 s, if the socket has no default of its own.
   * @throws {SystemError} If the AF_SMC peer has not taken all data: it was too slow, or it is gone (`EPIPE`). The
   * descriptor is closed anyway.
   */
  override close(options?: BlockingOptions): void {
    checkArgumentCount("call close", arguments.length, "options");
    const timeout = this.#drainTimeout("close", options);
    if (this.#family === C.AF_SMC && this.fd >= 0) closeDrainedNow(this.release(), timeout, hooksOf(this).beforeClose);
    else super.close();
  }

  /**
   * Releases the descriptor: from now on the caller owns it, for example for `Socket.fromFd(fd)`.
   *
   * @returns The descriptor, non-blocking.
   * @throws {SystemError} If the socket is closed.
   */
  override detach(): number {
    checkArgumentCount("call detach", arguments.length);
    const fd = super.detach();
    this.#waiter.unblock(fd);
    return fd;
  }

  #drainTimeout(syscall: string, options: BlockingOptions | undefined): number {
    const timeout = this.#timeoutOf(syscall, options);
    return timeout === Infinity ? DRAIN_TIMEOUT : timeout;
  }

  #read<T>(operation: FlaggedOperation<T>, timeout: number): T {
    return this.#waiter.read(this.open(operation.syscall), operation, timeout);
  }

  #write<T>(operation: Operation<T>, timeout: number): T {
    return this.#waiter.run(this.open(operation.syscall), C.POLLOUT, operation, timeout);
  }

  /** The address that a wait is about, for the error of a timeout. */
  #address(): string | undefined {
    if (this.#codec as unknown === sockaddrCodec) return undefined; // bytes tell nobody anything
    const codec = this.#codec as unknown as AddrCodec<A>; // what comes out may go in
    const text = (sockaddr: Uint8Array) => codec.format(codec.decode(sockaddr));
    const isListener = readOption(this.fd, C.SOL_SOCKET, C.SO_ACCEPTCONN) !== 0;
    const [local, remote] = [() => text(this.localSockaddr()), () => text(this.peerSockaddr())];
    return isListener ? local() : waitedAt(remote, local);
  }

  /** Checks the options, and returns how long to block. */
  #timeoutOf(syscall: string, options: BlockingTransferOptions | undefined, names: Names = BLOCKING): number {
    if (options === undefined) return this.#timeout;
    options = checkOptions(`call ${syscall}`, options, names);
    const flags = within(`call ${syscall}`, "value of flags", options.flags ?? 0, INT_MAX);
    if ((flags & NO_WAIT) !== 0) return 0;
    return checkTimeout(options.timeout ?? this.#timeout);
  }

  /** An AF_SMC connection that the peer aborted reads as ended, and keeps its error as `SO_ERROR`. */
  #throwPending(syscall: string): void {
    const errno = this.getOption(C.SOL_SOCKET, C.SO_ERROR);
    if (errno !== 0) throw systemError(errno, syscall);
  }

  #withAddr<T extends { sockaddr: Uint8Array }>(received: T): T & Sender<A> {
    const codec = this.#codec;
    return {
      ...received,
      get addr(): A {
        return codec.decode(received.sockaddr);
      },
    };
  }
}

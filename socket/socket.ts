import { C } from "../ffi/constants.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { Accept } from "./accept_operation.ts";
import { Backoff } from "./backoff.ts";
import { drainAndClose, isDrained, unsentBytes } from "./drain.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./limits.ts";
import type { MessageBatch } from "./message_batch.ts";
import { MessageHeader, type ReceivedMessage } from "./message_header.ts";
import { Call, type Operation } from "./operation.ts";
import { optionError, type ReadableOption, type WritableOption } from "./option.ts";
import { PacketSend } from "./packet_operations.ts";
import { withProgress } from "./progress.ts";
import { type Direction, Readiness } from "./readiness.ts";
import {
  lengthSpace,
  packSockaddr,
  SOCKADDR_SIZE,
  sockaddrSpace,
  takeSockaddr,
  unpackSockaddr,
} from "./sockaddr_space.ts";
import { StreamRead, StreamWrite } from "./stream_operations.ts";
import type { WaitOptions } from "./wait_options.ts";

/** Options of operations that take the flags of send(2) and recv(2). */
export interface TransferOptions extends WaitOptions {
  /**
   * `MSG_*` flags, or-ed. `MSG_NOSIGNAL` is always added to a send.
   *
   * @default {0}
   */
  flags?: number;
}

/** A datagram's length and sender, as {@linkcode Socket.receiveFrom} gives them. */
export interface ReceivedFrom {
  /** Bytes written into the buffer; with `MSG_TRUNC` in the flags, the length of the whole datagram. */
  length: number;
  /** The sender's sockaddr, empty if the family or the connection gives none. */
  sockaddr: Uint8Array;
}

/** A message for {@linkcode Socket.sendMessage}: any part may be left out. */
export interface OutgoingMessage {
  /** The data, gathered from these buffers in order. */
  buffers?: Uint8Array[];
  /** Where to send, as sockaddr bytes; left out for a connected socket. */
  sockaddr?: Uint8Array;
  /** The ancillary data, encoded as control messages. */
  control?: Uint8Array;
}

/** Where {@linkcode Socket.receiveMessage} puts a message. */
export interface MessageSpace {
  /** The data is scattered into these buffers in order. */
  buffers: Uint8Array[];
  /**
   * Bytes of room for ancillary data.
   *
   * @default {0}
   */
  controlLength?: number;
}

const EINPROGRESS = 115;
const ENOTCONN = 107;

// Scratch memory for option values: used within one synchronous call, never across a wait.
const optionSpace = new Int32Array(1);

/**
 * One descriptor of a socket of any family, owned: non-blocking and close-on-exec, `EINTR` retried, `EAGAIN` waited for.
 * Addresses are sockaddr bytes, so that a family which the library does not know works too.
 *
 * Operations of one direction queue: concurrent reads are answered in the order of the calls, and so are writes.
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
export class Socket implements Disposable {
  #fd: number;
  readonly #readiness: Readiness;
  readonly #type: number;
  /** Packed. */
  #peer: string | undefined;
  /** Called once, right before the descriptor is closed: for what is to go with it, such as the file of an address. */
  beforeClose: (() => void) | undefined;
  /**
   * Called before an option is set, with its level, number and bytes: gives the bytes for the kernel, or throws. For
   * families that take an option amiss.
   */
  beforeOption: ((level: number, number: number, value: Uint8Array) => Uint8Array) | undefined;

  private constructor(fd: number, type: number) {
    this.#fd = fd;
    this.#readiness = new Readiness(fd);
    this.#type = type;
  }

  /**
   * Opens a socket of any family, type and protocol, by their numbers.
   *
   * @param family The address family, such as `AF_INET`.
   * @param type The socket type, such as `SOCK_STREAM`.
   * @param protocol The protocol; 0 is the family's own for the type.
   * @returns The socket.
   * @throws {SystemError} If the kernel refuses, such as `EAFNOSUPPORT` for a family that it lacks.
   */
  static open(family: number, type: number, protocol = 0): Socket {
    const fd = check(libc().socket(family, type | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, protocol), "socket");
    return new Socket(fd, type);
  }

  /**
   * Opens two sockets that are connected to each other.
   *
   * @param family The address family; Linux pairs `AF_UNIX` and `AF_TIPC`.
   * @param type The socket type.
   * @param protocol The protocol; 0 is the family's own for the type.
   * @returns Both sockets.
   * @throws {SystemError} If the kernel refuses, such as `EOPNOTSUPP` for a family without pairs.
   */
  static pair(family: number, type: number, protocol = 0): [Socket, Socket] {
    const fds = new Int32Array(2);
    check(libc().socketpair(family, type | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, protocol, fds), "socketpair");
    return [new Socket(fds[0] ?? -1, type), new Socket(fds[1] ?? -1, type)];
  }

  /**
   * Takes ownership of an open descriptor: it becomes non-blocking and close-on-exec, and is closed with this socket.
   *
   * @param fd The descriptor.
   * @returns The socket.
   * @throws {SystemError} If the number is not an open socket; it is then left as it was.
   */
  static fromFd(fd: number): Socket {
    if (!Number.isInteger(fd) || fd < 0) {
      throw new RangeError(`Cannot take a descriptor as it must be 0 or more: current value is ${fd}`);
    }
    const type = readOption(fd, C.SOL_SOCKET, C.SO_TYPE);
    const flags = check(libc().fcntl(fd, C.F_GETFL, 0), "fcntl");
    check(libc().fcntl(fd, C.F_SETFL, flags | C.O_NONBLOCK), "fcntl");
    check(libc().fcntl(fd, C.F_SETFD, C.FD_CLOEXEC), "fcntl");
    return new Socket(fd, type);
  }

  /** The descriptor, borrowed; -1 once the socket is closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Gives the socket an address.
   *
   * @param sockaddr The address, as bytes.
   * @param address The same as text, for errors.
   * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
   */
  bind(sockaddr: Uint8Array, address?: string): void {
    check(libc().bind(this.#open("bind"), sockaddr, sockaddr.byteLength), "bind", address);
  }

  /**
   * Makes the socket accept connections.
   *
   * @param backlog Connections that may wait to be accepted; the system's `somaxconn` bounds it.
   * @param address The local address as text, for errors.
   * @throws {SystemError} If the kernel refuses.
   */
  listen(backlog: number, address?: string): void {
    check(libc().listen(this.#open("listen"), backlog), "listen", address);
  }

  /**
   * Connects to an address and waits until that is done.
   *
   * @param sockaddr The address, as bytes.
   * @param options How long to wait, and the address as text for errors.
   * @throws {SystemError} If it fails, such as `ECONNREFUSED`.
   */
  connect(sockaddr: Uint8Array, options?: WaitOptions & { address?: string }): Promise<void> {
    const address = options?.address;
    const later = new Backoff(1, 100);
    let started = false;
    return this.#run("write", "connect", (fd): true | undefined => {
      if (!started) {
        const n = outcome(libc().connect(fd, sockaddr, sockaddr.byteLength));
        if (n === 0) return true;
        // A full backlog of AF_UNIX raises no event when there is room again.
        if (n === -EAGAIN) return this.#tryAgain("write", later.next());
        if (n !== -EINPROGRESS && n !== -EINTR) throw systemError(-n, "connect", address);
        started = true;
        return undefined;
      }
      const error = readOption(fd, C.SOL_SOCKET, C.SO_ERROR);
      if (error !== 0) throw systemError(error, "connect", address);
      // Without an error the socket may still be on its way: only a peer's address proves a connection.
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = outcome(libc().getpeername(fd, sockaddrSpace, lengthSpace));
      if (n === -ENOTCONN) return undefined;
      if (n < 0) throw systemError(-n, "getpeername", address);
      this.#peer = packSockaddr();
      return true;
    }, options) as Promise<unknown> as Promise<void>;
  }

  /**
   * Waits for a connection and takes it. A connection that its peer gave up meanwhile is passed over; without free
   * descriptors or memory it is tried again after a while, up to a second.
   *
   * @param options How long to wait.
   * @param as Makes what is given of the connection's socket. Default: the socket itself.
   * @returns The connection's socket, which the caller owns; {@linkcode peerSockaddr} tells whose it is.
   * @throws {SystemError} If the socket does not listen, or is closed meanwhile.
   */
  accept(options?: WaitOptions): Promise<Socket>;
  accept<T>(options: WaitOptions | undefined, as: (socket: Socket) => T): Promise<T>;
  accept<T>(options?: WaitOptions, as?: (socket: Socket) => T): Promise<T | Socket> {
    if (this.#fd < 0) return closed("accept4");
    const make = (fd: number, sockaddr: string): T | Socket => {
      const socket = new Socket(fd, this.#type);
      socket.#peer = sockaddr;
      if (as === undefined) return socket;
      try {
        return as(socket);
      } catch (error) {
        socket.close();
        throw error;
      }
    };
    return this.#readiness.run("read", new Accept(this.#fd, this.#readiness, make), options);
  }

  /**
   * Reads from a stream: waits until there are bytes, and takes at most as many as fit.
   *
   * @param buffer Where the bytes go.
   * @param options How long to wait.
   * @returns How many bytes came, at least 1; `null` at the end of the stream; 0 for an empty buffer.
   * @throws {SystemError} If the connection is broken, such as `ECONNRESET`.
   */
  read(buffer: Uint8Array, options?: WaitOptions): Promise<number | null> {
    if (this.#fd < 0) return closed("recv");
    if (buffer.byteLength === 0) return Promise.resolve(0); // else it would wait for bytes to take none of
    return this.#readiness.run("read", new StreamRead(this.#fd, this.#readiness, buffer), options);
  }

  /**
   * Writes all of the bytes to a stream, waiting for room as often as needed.
   *
   * @param bytes The bytes; they must not change until the promise is settled.
   * @param options How long to wait.
   * @returns The number of bytes, always all.
   * @throws {SystemError} If not all could be written, such as `EPIPE`; `bytesWritten` on the error tells how many were.
   */
  write(bytes: Uint8Array, options?: WaitOptions): Promise<number> {
    if (this.#fd < 0) return closed("send");
    return this.#readiness.run("write", new StreamWrite(this.#fd, bytes), options);
  }

  /**
   * Sends bytes with one send(2), waiting for room first.
   *
   * @param bytes The bytes; on a datagram or seqpacket socket, the message.
   * @param options Flags, and how long to wait.
   * @returns How many bytes went; less than all only on a stream.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`.
   */
  send(bytes: Uint8Array, options?: TransferOptions): Promise<number> {
    if (this.#fd < 0) return closed("send");
    return this.#readiness.run("write", new PacketSend(this.#fd, bytes, options?.flags ?? 0), options);
  }

  /**
   * Sends a datagram to an address.
   *
   * @param bytes The datagram.
   * @param sockaddr The address, as bytes.
   * @param options Flags, how long to wait, and the address as text for errors.
   * @returns How many bytes went.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`.
   */
  sendTo(bytes: Uint8Array, sockaddr: Uint8Array, options?: TransferOptions & { address?: string }): Promise<number> {
    const flags = (options?.flags ?? 0) | C.MSG_NOSIGNAL;
    const later = new Backoff(0, 16);
    return this.#run("write", "sendto", (fd) => {
      const n = outcome(libc().sendto(fd, bytes, bytes.byteLength, flags, sockaddr, sockaddr.byteLength));
      return n === -EAGAIN ? this.#whenRoom(sockaddr, later) : this.#sent(n, "sendto", options?.address);
    }, options);
  }

  /**
   * Receives with one recv(2), once there is something.
   *
   * @param buffer Where the bytes go.
   * @param options Flags, and how long to wait.
   * @returns How many bytes came. 0 is the end of a stream, and an empty message elsewhere.
   * @throws {SystemError} If the connection is broken, such as `ECONNRESET`.
   */
  receive(buffer: Uint8Array, options?: TransferOptions): Promise<number> {
    const flags = options?.flags ?? 0;
    const length = Math.min(buffer.byteLength, MAX_TRANSFER);
    return this.#run("read", "recv", (fd) => {
      // A short answer to a peek or to an out-of-band read does not mean that the stream is empty.
      return this.#received(outcome(libc().recv(fd, buffer, length, flags)), flags === 0 ? length : 0, "recv");
    }, options);
  }

  /**
   * Receives a datagram and its sender's address.
   *
   * @param buffer Where the bytes go; what does not fit is cut off.
   * @param options Flags, and how long to wait.
   * @returns The length and the sender.
   * @throws {SystemError} If the kernel refuses, such as `ECONNREFUSED` for an earlier send of a connected socket.
   */
  receiveFrom(buffer: Uint8Array, options?: TransferOptions): Promise<ReceivedFrom> {
    const flags = options?.flags ?? 0;
    return this.#run("read", "recvfrom", (fd) => {
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = outcome(libc().recvfrom(fd, buffer, buffer.byteLength, flags, sockaddrSpace, lengthSpace));
      const length = this.#received(n, 0, "recvfrom");
      return length === undefined ? undefined : { length, sockaddr: takeSockaddr() };
    }, options);
  }

  /**
   * Sends a message with ancillary data by sendmsg(2). On a stream all of the data is sent, waiting for room as often as
   * needed, and the ancillary data goes with its beginning.
   *
   * @param message The parts of the message.
   * @param options Flags, and how long to wait.
   * @returns How many bytes of data went.
   * @throws {SystemError} If the kernel refuses; `bytesWritten` on the error tells how much of a stream's data went.
   */
  sendMessage(message: OutgoingMessage, options?: TransferOptions): Promise<number> {
    const { buffers = [], sockaddr, control } = message;
    const flags = (options?.flags ?? 0) | C.MSG_NOSIGNAL;
    const total = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    const later = new Backoff(0, 16);
    let header = new MessageHeader(buffers, sockaddr, control);
    let sent = 0;
    return this.#run(
      "write",
      "sendmsg",
      (fd) => {
        for (;;) {
          header.check();
          const n = outcome(libc().sendmsg(fd, header.bytes, flags));
          if (n === -EAGAIN) return this.#whenRoom(sockaddr, later);
          if (n === -EINTR) continue;
          if (n < 0) throw systemError(-n, "sendmsg");
          sent += n;
          if (sent >= total || this.#type !== C.SOCK_STREAM) return sent;
          header = new MessageHeader(skipBytes(buffers, sent));
        }
      },
      options,
      (error) => withProgress(error, "sendmsg", "bytesWritten", sent, total),
    );
  }

  /**
   * Receives a message with ancillary data by recvmsg(2).
   *
   * @param space Where it goes.
   * @param options Flags, and how long to wait. `MSG_CMSG_CLOEXEC` is always added.
   * @returns The length, the kernel's flags (`MSG_TRUNC`, `MSG_CTRUNC`, …), the sender and the ancillary data.
   * @throws {SystemError} If the kernel refuses.
   */
  receiveMessage(space: MessageSpace, options?: TransferOptions): Promise<ReceivedMessage> {
    const control = new Uint8Array(space.controlLength ?? 0);
    const header = new MessageHeader(space.buffers, new Uint8Array(SOCKADDR_SIZE), control);
    const flags = (options?.flags ?? 0) | C.MSG_CMSG_CLOEXEC;
    return this.#run("read", "recvmsg", (fd) => {
      header.check();
      header.reset();
      const length = this.#received(outcome(libc().recvmsg(fd, header.bytes, flags)), 0, "recvmsg");
      return length === undefined ? undefined : header.received(length);
    }, options);
  }

  /**
   * Receives as many messages as are there, at least one and at most the batch's capacity, by one recvmmsg(2).
   *
   * @param batch Where they go; what it held before is gone.
   * @param options Flags, and how long to wait for the first. `MSG_CMSG_CLOEXEC` is always added.
   * @returns How many messages came: the batch's `length`.
   * @throws {SystemError} If the kernel refuses.
   */
  receiveBatch(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    const flags = (options?.flags ?? 0) | C.MSG_CMSG_CLOEXEC;
    return this.#run("read", "recvmmsg", (fd) => {
      batch.clear();
      const n = outcome(libc().recvmmsg(fd, batch.headers, batch.capacity, flags, null));
      const count = this.#received(n, 0, "recvmmsg");
      if (count !== undefined) batch.received(count);
      return count;
    }, options);
  }

  /**
   * Sends all messages of a batch, by as few calls of sendmmsg(2) as there is room for.
   *
   * @param batch The messages; they must not change until the promise is settled.
   * @param options Flags, and how long to wait.
   * @returns The number of messages, always all.
   * @throws {SystemError} If the kernel refuses one; `messagesSent` on the error tells how many went before.
   */
  sendBatch(batch: MessageBatch, options?: TransferOptions): Promise<number> {
    const flags = (options?.flags ?? 0) | C.MSG_NOSIGNAL;
    const total = batch.length;
    const later = new Backoff(0, 16);
    let sent = 0;
    return this.#run(
      "write",
      "sendmmsg",
      (fd): number | undefined => {
        while (sent < total) {
          const headers = batch.headersFrom(sent);
          const n = outcome(libc().sendmmsg(fd, headers, total - sent, flags));
          if (n === -EAGAIN) return this.#whenRoom(batch.sockaddr(sent), later);
          if (n >= 0) sent += n;
          else if (n !== -EINTR) throw systemError(-n, "sendmmsg");
        }
        return total;
      },
      options,
      (error) => withProgress(error, "sendmmsg", "messagesSent", sent, total),
    );
  }

  /**
   * Runs an operation of your own on the descriptor: at once if nothing is before it, else when its turn has come, and
   * again with each readiness while it would block.
   *
   * @param direction The queue that it stands in.
   * @param operation The operation.
   * @param options How long to wait.
   * @returns What the operation gives.
   */
  run<T>(direction: Direction, operation: Operation<T>, options?: WaitOptions): Promise<T> {
    if (this.#fd < 0) return closed(operation.syscall);
    return this.#readiness.run(direction, operation, options);
  }

  /**
   * Ends one or both directions of a connection; the descriptor stays open.
   *
   * @param how `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
   * @throws {SystemError} If the kernel refuses, such as `ENOTCONN`.
   */
  shutdown(how: number): void {
    check(libc().shutdown(this.#open("shutdown"), how), "shutdown");
  }

  /**
   * Ends the sending direction once all writes before it are done.
   *
   * @param options How long to wait for them; with `drained`, also until the kernel's send buffer is empty.
   * @throws {SystemError} If the kernel refuses, such as `ENOTCONN`.
   */
  closeWrite(options?: WaitOptions & { drained?: boolean }): Promise<void> {
    const later = new Backoff(1, 16);
    return this.#run("write", "shutdown", (fd) => {
      if (options?.drained && !isDrained(fd)) return this.#tryAgain("write", later.next());
      check(libc().shutdown(fd, C.SHUT_WR), "shutdown");
      return true;
    }, options) as Promise<unknown> as Promise<void>;
  }

  /**
   * Reads an option.
   *
   * @param option The option, such as `SO_RCVBUF`.
   * @returns The value.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`; the message names the option.
   */
  get<T>(option: ReadableOption<T>): T {
    const fd = this.#open("getsockopt");
    const value = new Uint8Array(option.size);
    lengthSpace[0] = option.size;
    const n = outcome(libc().getsockopt(fd, option.level, option.number, value, lengthSpace));
    if (n < 0) throw optionError(-n, "getsockopt", option);
    return option.decode(value.subarray(0, Math.min(lengthSpace[0] ?? 0, option.size)));
  }

  /**
   * Sets an option.
   *
   * @param option The option, such as `SO_RCVBUF`.
   * @param value The value.
   * @throws {RangeError} If the value cannot be one of the option.
   * @throws {SystemError} If the kernel refuses, such as `EPERM`; the message names the option.
   */
  set<T>(option: WritableOption<T>, value: T): void {
    const fd = this.#open("setsockopt");
    const bytes = this.#checked(option.level, option.number, option.encode(value));
    const n = outcome(libc().setsockopt(fd, option.level, option.number, bytes, bytes.byteLength));
    if (n < 0) throw optionError(-n, "setsockopt", option);
  }

  /**
   * Reads an option that has no definition and whose value is an `int`.
   *
   * @param level The level, such as `SOL_SOCKET`.
   * @param name The option, such as `SO_RCVBUF`.
   * @returns The value.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  getOption(level: number, name: number): number {
    return readOption(this.#open("getsockopt"), level, name);
  }

  /**
   * Reads an option that has no definition, as bytes.
   *
   * @param level The level, such as `IPPROTO_TCP`.
   * @param name The option, such as `TCP_INFO`.
   * @param size Bytes of room for the value.
   * @returns The bytes that the kernel gave.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  getOptionBytes(level: number, name: number, size: number): Uint8Array {
    const value = new Uint8Array(size);
    lengthSpace[0] = size;
    check(libc().getsockopt(this.#open("getsockopt"), level, name, value, lengthSpace), "getsockopt");
    return value.subarray(0, Math.min(lengthSpace[0] ?? 0, size));
  }

  /**
   * Sets an option that has no definition.
   *
   * @param level The level, such as `SOL_SOCKET`.
   * @param name The option, such as `SO_RCVBUF`.
   * @param value A number for an option that is an `int`, else the bytes.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  setOption(level: number, name: number, value: number | Uint8Array): void {
    const fd = this.#open("setsockopt");
    const bytes = this.#checked(level, name, typeof value === "number" ? intBytes(value) : value);
    check(libc().setsockopt(fd, level, name, bytes, bytes.byteLength), "setsockopt");
  }

  /**
   * The address that the socket is bound to.
   *
   * @returns The sockaddr bytes.
   * @throws {SystemError} If the kernel refuses.
   */
  localSockaddr(): Uint8Array {
    const fd = this.#open("getsockname");
    lengthSpace[0] = SOCKADDR_SIZE;
    check(libc().getsockname(fd, sockaddrSpace, lengthSpace), "getsockname");
    return takeSockaddr();
  }

  /**
   * The address that the socket is connected to, remembered from {@linkcode connect} and {@linkcode accept}: the kernel
   * may forget it earlier.
   *
   * @returns The sockaddr bytes.
   * @throws {SystemError} If the socket is not connected (`ENOTCONN`).
   */
  peerSockaddr(): Uint8Array {
    if (this.#peer !== undefined) return unpackSockaddr(this.#peer);
    const fd = this.#open("getpeername");
    lengthSpace[0] = SOCKADDR_SIZE;
    check(libc().getpeername(fd, sockaddrSpace, lengthSpace), "getpeername");
    return takeSockaddr();
  }

  /**
   * `SIOCOUTQ`: bytes that were written and are still in the kernel's send buffer. TCP counts those that are not
   * acknowledged too; AF_SMC those that are not in the peer's memory yet.
   *
   * @returns The number of bytes.
   * @throws {SystemError} If the kernel cannot tell, such as `EINVAL` for a listener.
   */
  unsentBytes(): number {
    return unsentBytes(this.#open("ioctl"));
  }

  /**
   * The number by which the system knows the socket, in `/proc/net` and in sock_diag(7): the one in `socket:[…]`.
   *
   * @returns The inode number.
   * @throws {SystemError} If there is no `/proc` (`ENOENT`).
   */
  inode(): number {
    const path = new TextEncoder().encode(`/proc/self/fd/${this.#open("readlink")}\0`);
    const target = new Uint8Array(64);
    const n = check(libc().readlink(path, target, target.byteLength), "readlink");
    return Number(/\d+/.exec(new TextDecoder().decode(target.subarray(0, n)))?.[0]);
  }

  /** Makes waits keep the program alive, as they do from the start. */
  ref(): void {
    this.#readiness.referenced = true;
  }

  /** Lets the program end while this socket waits; its waits are then looked after every 10 ms. */
  unref(): void {
    this.#readiness.referenced = false;
  }

  /**
   * Duplicates the descriptor. Both refer to one socket of the kernel; closing one does not affect the other.
   *
   * @returns The second owner.
   * @throws {SystemError} If the kernel refuses, such as `EMFILE`.
   */
  dup(): Socket {
    const fd = check(libc().fcntl(this.#open("fcntl"), C.F_DUPFD_CLOEXEC, 0), "fcntl");
    return new Socket(fd, this.#type);
  }

  /**
   * Gives the descriptor away: from now on the caller owns it. It stays non-blocking. Waits are rejected.
   *
   * @returns The descriptor.
   * @throws {SystemError} If the socket is closed.
   */
  detach(): number {
    const fd = this.#open("detach");
    this.#fd = -1;
    this.#readiness.end(() => libraryError("EBADF", "detach", "Cannot go on waiting: the descriptor was given away"));
    return fd;
  }

  /** Closes the descriptor and rejects every wait. Closing again does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    // After EINTR the number is free all the same: it is not tried again.
    const n = outcome(libc().close(this.#release()));
    if (n < 0 && n !== -EINTR) throw systemError(-n, "close");
  }

  /**
   * Closes like {@linkcode close}, but keeps the descriptor until the kernel's send buffer is empty: for families that
   * lose what is in it.
   *
   * @param timeout Milliseconds to wait at most; then the rest is lost.
   * @returns When the descriptor is closed.
   * @throws {SystemError} If not all was sent: in time (`ETIMEDOUT`), or because the other end is gone (`EPIPE`).
   */
  closeDrained(timeout: number): Promise<void> {
    return this.#fd < 0 ? Promise.resolve() : drainAndClose(this.#release(), timeout);
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #checked(level: number, number: number, value: Uint8Array): Uint8Array {
    return this.beforeOption === undefined ? value : this.beforeOption(level, number, value);
  }

  /** Takes the descriptor, to close it. */
  #release(): number {
    const fd = this.#fd;
    this.beforeClose?.();
    this.#fd = -1;
    this.#readiness.end(() => libraryError("EBADF", "close", "Cannot go on waiting: the socket was closed"));
    return fd;
  }

  #open(syscall: string): number {
    if (this.#fd < 0) throw libraryError("EBADF", syscall, `Cannot call ${syscall}: the socket is closed`);
    return this.#fd;
  }

  #run<T>(
    direction: Direction,
    syscall: string,
    attempt: (fd: number) => T | undefined,
    options?: WaitOptions,
    told?: (error: unknown) => unknown,
  ): Promise<T> {
    if (this.#fd < 0) return closed(syscall);
    return this.#readiness.run(direction, new Call(syscall, () => attempt(this.#fd), told), options);
  }

  /** Judges the outcome of a receiving call that asked for `asked` bytes; 0 where less than that tells nothing. */
  #received(n: number, asked: number, syscall: string): number | undefined {
    if (n === -EAGAIN) return undefined;
    if (n === -EINTR) return this.#tryAgain("read", 0);
    if (n < 0) throw systemError(-n, syscall);
    if (n < asked && n > 0 && this.#type === C.SOCK_STREAM) this.#readiness.drained();
    return n;
  }

  #sent(n: number, syscall: string, address?: string): number | undefined {
    if (n === -EAGAIN) return undefined;
    if (n === -EINTR) return this.#tryAgain("write", 0);
    if (n < 0) throw systemError(-n, syscall, address);
    return n;
  }

  /** Waits for room to send. A full queue behind an AF_UNIX address raises no event here when it has room again. */
  #whenRoom(sockaddr: Uint8Array | undefined, later: Backoff): undefined {
    const noEvent = sockaddr !== undefined && sockaddr[0] === C.AF_UNIX && sockaddr[1] === 0;
    return noEvent ? this.#tryAgain("write", later.next()) : undefined;
  }

  /** Has an attempt repeated for which the kernel will raise no event. */
  #tryAgain(direction: Direction, delay: number): undefined {
    setTimeout(() => this.#readiness.ready(direction === "read" ? C.EPOLLIN : C.EPOLLOUT), delay);
  }
}

/** The buffers without their first bytes. */
function skipBytes(buffers: Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (count < buffer.byteLength) rest.push(buffer.subarray(count));
    count = Math.max(0, count - buffer.byteLength);
  }
  return rest;
}

function closed(syscall: string): Promise<never> {
  return Promise.reject(libraryError("EBADF", syscall, `Cannot call ${syscall}: the socket is closed`));
}

/** The bytes of an `int`, in scratch memory. */
function intBytes(value: number): Uint8Array {
  optionSpace[0] = value;
  return new Uint8Array(optionSpace.buffer);
}

function readOption(fd: number, level: number, name: number): number {
  lengthSpace[0] = 4;
  check(libc().getsockopt(fd, level, name, optionSpace, lengthSpace), "getsockopt");
  return optionSpace[0] ?? 0;
}

import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames, pickedFrom } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import type { TransferOptions } from "../socket/transfer.ts";
import { WAIT_OPTIONS, type WaitOptions } from "../socket/wait_options.ts";
import {
  checkUnixTransport,
  formatUnixAddr,
  UNIX_BIND_ADDR_NAMES,
  type UnixAddr,
  type UnixBindAddr,
  type UnixDestination,
} from "./addr.ts";
import {
  type OutgoingUnixMessage,
  type ReceiveMessageOptions,
  receiveUnixMessage,
  sendUnixMessage,
  type UnixMessage,
} from "./message.ts";
import { encodeSockaddrUn, unixDatagramAddrCodec } from "./sockaddr_un.ts";
import { bindUnix, encodeBindAddr, UNIX_BIND_OPTIONS, type UnixBindOptions } from "./socket_file.ts";

/** Options of {@linkcode UnixDatagramSocket.bind}. */
export type UnixDatagramBindOptions = UnixBindAddr & UnixBindOptions & OpenOptions;

const UNIX_DATAGRAM_BIND_OPTIONS: OptionNames<UnixDatagramBindOptions> = { ...UNIX_BIND_OPTIONS, ...OPEN_OPTIONS };

/**
 * A unix socket for datagrams (`SOCK_DGRAM`): they arrive whole and in order, and none is lost. Deno calls it
 * `"unixpacket"`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { UnixDatagramSocket } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using server = UnixDatagramSocket.bind({ autobind: true });
 * using client = UnixDatagramSocket.bind({ autobind: true });
 * await client.send(new Uint8Array([1, 2, 3]), { addr: server.localAddr });
 * const { data, addr } = await server.receive();
 * assertEquals(data, new Uint8Array([1, 2, 3]));
 * assertEquals(addr, client.localAddr);
 * ```
 */
export class UnixDatagramSocket extends DatagramSocket<UnixAddr, UnixDestination> {
  /**
   * Makes a unix datagram socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, unixDatagramAddrCodec);
  }

  /**
   * Opens a socket and binds it to an address. Closing it removes its file. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to bind.
   * @returns The socket.
   * @throws {TypeError} If the options contain no address, or an unknown option.
   * @throws {SystemError} If the address is taken (`EADDRINUSE`), or the kernel refuses, such as `EACCES`.
   */
  static override bind(options: UnixDatagramBindOptions): UnixDatagramSocket {
    checkArgumentCount("bind", arguments.length, "{ path, … }");
    options = checkOptions("bind", options, UNIX_DATAGRAM_BIND_OPTIONS);
    checkUnixTransport("bind", options, "unixpacket");
    const addr = pickedFrom(options, UNIX_BIND_ADDR_NAMES);
    encodeBindAddr(addr); // throws before a socket is opened
    const open = (): Socket => Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
    const bind = (socket: Socket): void => bindUnix(socket, addr, options);
    return new UnixDatagramSocket(openSocket({ open, bind }, options));
  }

  /**
   * Opens a socket without an address, which can send but cannot receive answers. Permission: `--allow-ffi`.
   *
   * @param options The network namespace, and how to open the socket.
   * @returns The socket.
   * @throws {TypeError} If an option is unknown.
   * @throws {SystemError} If the kernel refuses, such as `EMFILE`.
   */
  static open(options: OpenOptions = {}): UnixDatagramSocket {
    checkArgumentCount("open a socket", arguments.length, "{ configure, networkNamespace }");
    options = checkOptions("open a socket", options, OPEN_OPTIONS);
    return new UnixDatagramSocket(openSocket({ open: () => Socket.open(C.AF_UNIX, C.SOCK_DGRAM) }, options));
  }

  /** The address that it is connected to. */
  get remoteAddr(): UnixAddr {
    return this.codec.decode(this.socket.peerSockaddr());
  }

  /**
   * Connects the socket: it then sends to this address and receives only from it. This sends nothing. If the receiver
   * is full, the kernel tells a connected socket as soon as there is room; an unconnected one tries again after a
   * pause.
   *
   * @param addr The address.
   * @param options How long to wait.
   * @throws {SystemError} If it fails: `ENOENT` if there is no such file, `ECONNREFUSED` if no socket is bound there.
   */
  async connect(addr: UnixDestination, options?: WaitOptions): Promise<void> {
    checkArgumentCount("call connect", arguments.length, "addr", "{ signal, timeout }");
    if (options !== undefined) options = checkOptions("connect", options, WAIT_OPTIONS);
    await this.socket.connect(encodeSockaddrUn(addr), { ...options, address: formatUnixAddr(addr) });
  }

  /**
   * Sends a datagram with descriptors or credentials.
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
   * Receives a datagram with its descriptors and credentials.
   *
   * @param options A buffer for its data, how many descriptors to expect, flags, and how long to wait.
   * @returns The message, which the caller must dispose of.
   * @throws {SystemError} If the socket is closed (`EBADF`).
   */
  async receiveMessage(options: ReceiveMessageOptions = {}): Promise<UnixMessage> {
    checkArgumentCount("call receiveMessage", arguments.length, "{ buffer, maxFds, … }");
    return await receiveUnixMessage(this.socket, options, () => false, "unixpacket") as UnixMessage;
  }
}

import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { checkMessage } from "../checks/check_message.ts";
import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { receiveErrorMessage } from "../socket/error_queue.ts";
import { interfaceIndex } from "../socket/interface_index.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_DOMAIN } from "../socket/socket_options.ts";
import type { ReceiveOptions, TransferOptions } from "../socket/transfer.ts";
import { groupOption } from "./_multicast.ts";
import { isMappedIpv4 } from "./addresses/_mapped_ipv4.ts";
import type { IpAddr } from "./addresses/addr_codec.ts";
import { SOCKADDR_IN_SIZE } from "./addresses/sockaddr_in.ts";
import { type InetMessage, MESSAGE_PARTS, type OutgoingInetMessage, type QueuedError } from "./inet_message.ts";
import { IP_MULTICAST_IF, IP_MULTICAST_LOOP, IP_MULTICAST_TTL } from "./options/ip_options.ts";
import { IPV6_MULTICAST_HOPS, IPV6_MULTICAST_IF, IPV6_MULTICAST_LOOP } from "./options/ipv6_options.ts";
import { decodePacketInfo, encodePacketInfo } from "./packet_info.ts";

/** Selects packets of a multicast group. */
export interface MulticastOptions {
  /** The interface, by name or index. Default: the system's choice. */
  interface?: string | number;
  /** The only sender to receive from, as a numeric address (source-specific multicast, RFC 4607). */
  source?: string;
}

const MULTICAST_OPTIONS: OptionNames<MulticastOptions> = { interface: true, source: true };
const BLOCK_OPTIONS: OptionNames<Omit<MulticastOptions, "source">> = { interface: true };

/** No IP datagram is longer. */
const MAX_SIZE = 65536;
/** Space for all control messages that the options of this library can request together. */
const CONTROL_SIZE = 512;

/**
 * A datagram socket over IP, for UDP and raw sockets: with ancillary data, the error queue and multicast. It owns its
 * socket.
 *
 * @typeParam A The address type, as the socket returns it.
 * @typeParam I The address type, as the socket takes it.
 *
 * @example Find out which of this machine's addresses a datagram was sent to
 * ```ts
 * import { IP_PKTINFO, UdpSocket } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using server = UdpSocket.bind({ hostname: "0.0.0.0" });
 * server.socket.set(IP_PKTINFO, true);
 * using client = UdpSocket.bind({ hostname: "127.0.0.1" });
 * await client.send(new Uint8Array(1), { addr: { ...server.localAddr, hostname: "127.0.0.2" } });
 * const { info } = await server.receiveMessage();
 * assertEquals(info.destination, "127.0.0.2");
 * ```
 */
export class InetDatagramSocket<A extends I, I extends IpAddr> extends DatagramSocket<A, I> {
  readonly #ipv6: boolean;

  /**
   * Makes a datagram socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket.
   * @param codec The codec for its addresses.
   */
  constructor(socket: Socket, codec: AddrCodec<A, I>) {
    super(socket, codec);
    this.#ipv6 = socket.get(SO_DOMAIN) === C.AF_INET6;
  }

  /** The address that it is connected to. */
  get remoteAddr(): A {
    return this.codec.decode(this.socket.peerSockaddr());
  }

  /**
   * Connects the socket: it then sends to this address and receives only from it. This sends nothing. The socket can be
   * connected again to another address.
   *
   * @param addr The numeric address of the other end.
   * @throws {SystemError} If there is no route, such as `ENETUNREACH`.
   */
  async connect(addr: I): Promise<void> {
    checkArgumentCount("connect", arguments.length, "{ hostname, … }");
    await this.socket.connect(this.codec.encode(addr, this.socket), { address: this.codec.format(addr) });
  }

  /**
   * Ends the connection: from now on the socket receives from any address again, at the address and port that it was
   * bound to.
   *
   * @throws {SystemError} If another socket has taken the port in between (`EADDRINUSE`).
   */
  async disconnect(): Promise<void> {
    checkArgumentCount("call disconnect", arguments.length);
    const local = this.socket.localSockaddr();
    await this.socket.connect(new Uint8Array(SOCKADDR_IN_SIZE)); // a sockaddr of AF_UNSPEC
    // The kernel also takes back a port that it chose itself (bytes 2 and 3 of either sockaddr): bind again to that
    // port and to the address from before the connection.
    const now = this.socket.localSockaddr();
    if (now[2] === local[2] && now[3] === local[3]) return;
    now.set(local.subarray(2, 4), 2);
    this.socket.bind(now);
  }

  /**
   * Receives a datagram with its ancillary data, which options such as `IP_PKTINFO` request.
   *
   * @param options A buffer for its bytes, flags, and how long to wait.
   * @returns The datagram with its ancillary data.
   * @throws {SystemError} As {@linkcode receive}.
   */
  async receiveMessage(options: ReceiveOptions = {}): Promise<InetMessage<A>> {
    checkArgumentCount("receive a message", arguments.length, "{ buffer, … }");
    const { control, ...message } = await this.receiveWithControl(options, CONTROL_SIZE);
    return { ...message, info: decodePacketInfo(control) };
  }

  /**
   * Sends a datagram with its own settings, such as the TTL or the local address.
   *
   * @param message The datagram, its destination and its settings.
   * @param options Flags, and how long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {TypeError} If the source and the destination are of different families.
   * @throws {RangeError} If a setting does not fit its field.
   * @throws {SystemError} If the kernel refuses, such as `EINVAL` for a source that this machine does not have.
   */
  async sendMessage(message: OutgoingInetMessage<I>, options?: TransferOptions): Promise<number> {
    checkArgumentCount("call sendMessage", arguments.length, "message", "{ flags, signal, timeout }");
    checkMessage(message);
    message = checkOptions("send a message", message, MESSAGE_PARTS);
    const { data, addr, info = {} } = message;
    const sockaddr = addr === undefined ? undefined : this.codec.encode(addr, this.socket);
    return await this.socket.sendmsg({
      buffers: [data],
      control: encodePacketInfo(info, this.#goesByIpv6(sockaddr)),
      ...(sockaddr === undefined || addr === undefined ? {} : { sockaddr, address: this.codec.format(addr) }),
    }, options);
  }

  /**
   * Takes an entry from the error queue, which `IP_RECVERR`, `IPV6_RECVERR` and `SO_TIMESTAMPING` fill. It does not
   * wait; to wait, use `poll()` with `"error"`.
   *
   * @returns The entry, or `null` if the queue is empty.
   * @throws {SystemError} If the socket is closed (`EBADF`).
   */
  receiveError(): QueuedError<A> | null {
    checkArgumentCount("call receiveError", arguments.length);
    const data = new Uint8Array(MAX_SIZE);
    const message = receiveErrorMessage(this.socket, { buffers: [data], controlLength: CONTROL_SIZE });
    if (message === null) return null;
    const info = decodePacketInfo(message.control);
    if (info.error === undefined) return null;
    const addr = message.sockaddr.length === 0 ? undefined : this.codec.decode(message.sockaddr);
    return { error: info.error, addr, data: data.slice(0, message.length), info };
  }

  /**
   * Joins a multicast group.
   *
   * @param group The group, as a numeric address such as `"239.1.2.3"` or `"ff02::1:2"`.
   * @param options The interface, and the sender.
   * @throws {RangeError} If the index of the interface does not fit 32 bits.
   * @throws {SystemError} If the kernel refuses: `EADDRINUSE` if the socket has already joined, `ENODEV` without an
   * interface.
   */
  joinMulticast(group: string, options: MulticastOptions = {}): void {
    checkArgumentCount("call joinMulticast", arguments.length, "group", "options");
    options = checkOptions("join a group", options, MULTICAST_OPTIONS);
    this.#multicast("join", group, options);
  }

  /**
   * Leaves a multicast group. Pass the options that it was joined with.
   *
   * @param group The group.
   * @param options The interface, and the sender.
   * @throws {SystemError} If the socket has not joined the group (`EADDRNOTAVAIL`).
   */
  leaveMulticast(group: string, options: MulticastOptions = {}): void {
    checkArgumentCount("call leaveMulticast", arguments.length, "group", "options");
    options = checkOptions("leave a group", options, MULTICAST_OPTIONS);
    this.#multicast("leave", group, options);
  }

  /**
   * Drops the packets of one sender to a group that the socket has joined.
   *
   * @param group The group.
   * @param source The sender.
   * @param options The interface.
   * @throws {SystemError} If the socket has not joined the group (`EINVAL`).
   */
  blockMulticast(group: string, source: string, options: Omit<MulticastOptions, "source"> = {}): void {
    checkArgumentCount("call blockMulticast", arguments.length, "group", "source", "options");
    options = checkOptions("block a sender", options, BLOCK_OPTIONS);
    this.#multicast("block", group, { ...options, source });
  }

  /**
   * Receives the packets of a blocked sender again.
   *
   * @param group The group.
   * @param source The sender.
   * @param options The interface.
   * @throws {SystemError} If the sender is not blocked (`EADDRNOTAVAIL`).
   */
  unblockMulticast(group: string, source: string, options: Omit<MulticastOptions, "source"> = {}): void {
    checkArgumentCount("call unblockMulticast", arguments.length, "group", "source", "options");
    options = checkOptions("unblock a sender", options, BLOCK_OPTIONS);
    this.#multicast("unblock", group, { ...options, source });
  }

  /**
   * Sets the interface for outgoing multicast.
   *
   * @param nameOrIndex The name or index of the interface; 0 for the system's choice.
   * @throws {SystemError} If there is no such interface (`ENODEV`).
   */
  setMulticastInterface(nameOrIndex: string | number): void {
    checkArgumentCount("call setMulticastInterface", arguments.length, "nameOrIndex");
    this.socket.set(this.#ipv6 ? IPV6_MULTICAST_IF : IP_MULTICAST_IF, this.#index(nameOrIndex));
  }

  /**
   * Sets whether this machine also receives the multicast that this socket sends. Default: true.
   *
   * @param loop Whether it does.
   */
  setMulticastLoop(loop: boolean): void {
    checkArgumentCount("call setMulticastLoop", arguments.length, "loop");
    this.socket.set(this.#ipv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, loop);
  }

  /**
   * Sets how far multicast may travel: 0 stays on this machine, 1 (the default) on the local network; at most 255.
   *
   * @param hops The TTL or hop limit.
   */
  setMulticastHops(hops: number): void {
    checkArgumentCount("call setMulticastHops", arguments.length, "hops");
    this.socket.set(this.#ipv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, hops);
  }

  #multicast(action: "join" | "leave" | "block" | "unblock", group: string, options: MulticastOptions): void {
    const { interface: nameOrIndex = 0, source } = options;
    const request = { group, interfaceIndex: this.#index(nameOrIndex), ...(source === undefined ? {} : { source }) };
    this.socket.set(groupOption(action, request), request);
  }

  #index(nameOrIndex: string | number): number {
    return typeof nameOrIndex === "number" ? nameOrIndex : interfaceIndex(this.socket, nameOrIndex);
  }

  /** An IPv6 socket sends IPv4 packets to IPv4-mapped addresses; those need the control messages of IPv4. */
  #goesByIpv6(destination: Uint8Array | undefined): boolean {
    if (!this.#ipv6) return false;
    const sockaddr = destination ?? this.#connectedTo();
    return sockaddr.length !== SOCKADDR_IN_SIZE && !isMappedIpv4(sockaddr.subarray(8, 24));
  }

  #connectedTo(): Uint8Array {
    try {
      return this.socket.peerSockaddr();
    } catch {
      return new Uint8Array(0); // no destination: the kernel will refuse the message
    }
  }
}

import { within } from "../checks/within.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { describeError, isSystemError } from "../ffi/error.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { SO_TYPE } from "../socket/socket_options.ts";
import { type IpAddr, ipAddrCodec } from "./addresses/addr_codec.ts";
import { InetDatagramSocket } from "./inet_datagram_socket.ts";
import { numericEndpoint } from "./names/_endpoint.ts";
import { IP_HDRINCL } from "./options/ip_options.ts";
import { IPV6_HDRINCL } from "./options/ipv6_options.ts";

/** Options of {@linkcode RawSocket.open}. */
export interface RawOpenOptions extends OpenOptions {
  /**
   * The protocol, such as `IPPROTO_ICMP`. With `IPPROTO_RAW` the socket only sends, and packets begin with their
   * header.
   */
  protocol: number;
  /**
   * IPv6 instead of IPv4.
   *
   * @default {false}
   */
  ipv6?: boolean;
  /** The numeric local address. The socket receives only packets to it, and sends from it. Default: any. */
  hostname?: string;
  /** The zone of a link-local IPv6 address, usually an interface index, like the part after `%` in the hostname. */
  scopeId?: number;
  /**
   * `IP_HDRINCL`: packets to send begin with their IP header, whose checksum and length the kernel still fills in.
   *
   * @default {false}
   */
  headerIncluded?: boolean;
  /**
   * `SOCK_DGRAM`: ICMP echo without privileges, if `net.ipv4.ping_group_range` includes the user's group. The kernel
   * sets the identifier and the checksum, delivers only the answers, and removes the IP header.
   *
   * @default {false}
   */
  unprivileged?: boolean;
}

const RAW_OPEN_OPTIONS: OptionNames<RawOpenOptions> = {
  ...OPEN_OPTIONS,
  headerIncluded: "boolean",
  hostname: true,
  ipv6: "boolean",
  protocol: true,
  scopeId: true,
  unprivileged: "boolean",
};

/**
 * A raw socket sends and receives the packets of an IP protocol. Received IPv4 packets begin with their IP header; IPv6
 * packets do not.
 *
 * It needs CAP_NET_RAW, unless it is `unprivileged`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/raw.7.html | raw(7)}
 *
 * @example Open a raw socket, if permitted
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { ICMP_FILTER, RawSocket } from "@berkeley/sockets/inet";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using socket = RawSocket.open({ protocol: C.IPPROTO_ICMP, hostname: "127.0.0.1" });
 *   socket.socket.set(ICMP_FILTER, [0]); // echo replies only
 *   assertEquals(socket.localAddr, { hostname: "127.0.0.1" });
 * } catch (error) {
 *   assert(error instanceof Error && error.message.includes("CAP_NET_RAW"), String(error));
 * }
 * ```
 */
export class RawSocket extends InetDatagramSocket<IpAddr, IpAddr> {
  /**
   * Makes a raw socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, ipAddrCodec);
  }

  /**
   * Opens a raw socket. Permission: `--allow-ffi`.
   *
   * @param options The protocol, and how to open the socket.
   * @returns The socket.
   * @throws {TypeError} If an option is invalid or unknown, or the hostname is of the other version of IP.
   * @throws {SyntaxError} If the hostname is not numeric.
   * @throws {RangeError} If the protocol is not 0 to 255.
   * @throws {SystemError} If it is not permitted: `EPERM` without CAP_NET_RAW, or `EACCES` if `unprivileged`.
   */
  static open(options: RawOpenOptions): RawSocket {
    checkArgumentCount("open a raw socket", arguments.length, "{ protocol, … }");
    options = checkOptions("open a raw socket", options, RAW_OPEN_OPTIONS);
    const { protocol, ipv6 = false, hostname, scopeId, headerIncluded, unprivileged = false } = options;
    within("open a raw socket", "protocol", protocol, 0xff);
    const family = ipv6 ? C.AF_INET6 : C.AF_INET;
    const local = hostname === undefined
      ? undefined
      : numericEndpoint({ hostname, port: 0, ...(scopeId ? { scopeId } : {}) }, options.networkNamespace);
    if (local !== undefined && local.family !== family) {
      // bind(2) of a raw IPv4 socket does not look at the family: it would bind to 0.0.0.0.
      throw new TypeError(`Cannot open a raw socket as ${hostname} is not IPv${ipv6 ? 6 : 4}: set ipv6: ${!ipv6}`);
    }
    const socket = openSocket({
      open: () => openRaw(family, unprivileged, protocol),
      prepare: (socket) => {
        if (headerIncluded !== undefined) socket.set(ipv6 ? IPV6_HDRINCL : IP_HDRINCL, headerIncluded);
      },
      bind: (socket) => local && socket.bind(local.sockaddr, hostname),
    }, options);
    return new RawSocket(socket);
  }

  /**
   * Ends the connection of an `unprivileged` socket. Any other raw socket would receive nothing after that: close it
   * and open a new one.
   *
   * @throws {TypeError} If it is not `unprivileged`.
   */
  override async disconnect(): Promise<void> {
    checkArgumentCount("call disconnect", arguments.length);
    if (this.socket.get(SO_TYPE) === C.SOCK_RAW) {
      throw new TypeError(
        "Cannot disconnect a raw socket as it would receive no packets afterwards: close it and open a new one",
      );
    }
    await super.disconnect();
  }
}

function openRaw(family: number, unprivileged: boolean, protocol: number): Socket {
  try {
    return Socket.open(family, unprivileged ? C.SOCK_DGRAM : C.SOCK_RAW, protocol);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code, errno, syscall } = error;
    const message = REASONS[code];
    throw message === undefined ? error : describeError(message, { code, errno, syscall });
  }
}

const REASONS: Record<string, string | undefined> = {
  EPERM: "Cannot open a raw socket: it needs CAP_NET_RAW (EPERM)",
  EACCES: "Cannot open an ICMP socket: net.ipv4.ping_group_range does not include this group (EACCES)",
};

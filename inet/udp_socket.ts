import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { SO_BROADCAST, SO_REUSEADDR, SO_REUSEPORT } from "../socket/socket_options.ts";
import { checkTransport } from "../checks/check_transport.ts";
import { NET_ADDR, type NetAddr } from "./addresses/addr.ts";
import { udpAddrCodec, type UdpDestination } from "./addresses/addr_codec.ts";
import { InetDatagramSocket } from "./inet_datagram_socket.ts";
import { numericEndpoint } from "./names/_endpoint.ts";
import { IPV6_V6ONLY } from "./options/ipv6_options.ts";

/** Options of {@linkcode UdpSocket.bind}. */
export interface UdpBindOptions extends OpenOptions {
  /**
   * The numeric address to receive at, or `localhost`. `"::"` also receives IPv4, unless `ipv6Only` is set.
   *
   * @default {"0.0.0.0"}
   */
  hostname?: string;
  /**
   * The port, in host order; 0 lets the kernel choose one.
   *
   * @default {0}
   */
  port?: number;
  /**
   * `SO_REUSEADDR`: other sockets may bind the address too; each then receives multicast, but only the last one
   * receives unicast.
   *
   * @default {false}
   */
  reuseAddress?: boolean;
  /**
   * `SO_REUSEPORT`: several sockets share the port, and the kernel distributes datagrams by their sender's address.
   *
   * @default {false}
   */
  reusePort?: boolean;
  /**
   * `SO_BROADCAST`: the socket may send to broadcast addresses.
   *
   * @default {false}
   */
  broadcast?: boolean;
  /** `IPV6_V6ONLY`: an IPv6 socket receives no IPv4. Default: the system's `net.ipv6.bindv6only`. */
  ipv6Only?: boolean;
  /** The zone of a link-local IPv6 address, usually an interface index, like the part after `%` in the hostname. */
  scopeId?: number;
  /** The traffic class and flow label of IPv6 (`sin6_flowinfo`), 28 bits in host order. */
  flowinfo?: number;
  /** `"udp"`, so that an address object can be passed directly. */
  transport?: NetAddr["transport"];
}

const UDP_BIND_OPTIONS: OptionNames<UdpBindOptions> = {
  ...NET_ADDR,
  ...OPEN_OPTIONS,
  broadcast: "boolean",
  ipv6Only: "boolean",
  reuseAddress: "boolean",
  reusePort: "boolean",
};
/** What replaces the options of node:dgram and Deno. */
const ELSEWHERE = {
  loopback: "use the socket's setMulticastLoop()",
  recvBufferSize: "use configure: (socket) => socket.set(SO_RCVBUF, size)",
  sendBufferSize: "use configure: (socket) => socket.set(SO_SNDBUF, size)",
} as const;

/**
 * A UDP socket. It inherits `send`, `receive`, `localAddr`, iteration and `close` from {@linkcode DatagramSocket} in
 * `./socket`; multicast, ancillary data and the error queue from {@linkcode InetDatagramSocket}.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/udp.7.html | udp(7)}
 *
 * @example Answer each datagram
 * ```ts
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using server = UdpSocket.bind({ hostname: "127.0.0.1" });
 * using client = UdpSocket.bind({ hostname: "127.0.0.1" });
 * await client.connect(server.localAddr);
 * await client.send(new TextEncoder().encode("hello"));
 * for await (const { data, addr } of server) {
 *   await server.send(data, { addr });
 *   break;
 * }
 * const { data, truncated } = await client.receive({ timeout: 1000 });
 * assertEquals(new TextDecoder().decode(data), "hello");
 * assertEquals(truncated, false);
 * ```
 */
export class UdpSocket extends InetDatagramSocket<NetAddr, UdpDestination> {
  /**
   * Makes a UDP socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, udpAddrCodec);
  }

  /**
   * Opens a socket and binds it to an address. Permission: `--allow-ffi`.
   *
   * @param options The address to bind to, and how to bind.
   * @returns The socket.
   * @throws {TypeError} If an option is invalid or unknown.
   * @throws {SyntaxError} If the hostname is neither numeric nor `localhost`.
   * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
   */
  static override bind(options: UdpBindOptions = {}): UdpSocket {
    checkArgumentCount("bind", arguments.length, "{ hostname, port, … }");
    options = checkOptions("bind", options, UDP_BIND_OPTIONS, ELSEWHERE);
    checkTransport("bind", options.transport, "udp");
    const { hostname = "0.0.0.0", port = 0 } = options;
    const { family, sockaddr, address } = numericEndpoint({ ...options, hostname, port }, options.networkNamespace);
    const socket = openSocket({
      open: () => Socket.open(family, C.SOCK_DGRAM, C.IPPROTO_UDP),
      prepare: (socket) => {
        if (options.reuseAddress ?? false) socket.set(SO_REUSEADDR, true);
        if (options.reusePort ?? false) socket.set(SO_REUSEPORT, true);
        if (options.broadcast ?? false) socket.set(SO_BROADCAST, true);
        if (options.ipv6Only !== undefined && family === C.AF_INET6) socket.set(IPV6_V6ONLY, options.ipv6Only);
      },
      bind: (socket) => socket.bind(sockaddr, address),
    }, options);
    return new UdpSocket(socket);
  }
}

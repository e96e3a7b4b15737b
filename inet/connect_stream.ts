import { checkArgumentCount } from "../checks/argument_count.ts";
import { actionOf, libraryError } from "../ffi/error.ts";
import { checkOptions } from "../checks/option_names.ts";
import { openSocket } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_LINGER } from "../socket/socket_options.ts";
import { checkWaitOptions, watchForEnd } from "../socket/wait_options.ts";
import { connectFirst, type Endpoint } from "./_connect_first.ts";
import { readPort } from "./addresses/_sockaddr_port.ts";
import { formatNetAddr, NET_ADDR } from "./addresses/addr.ts";
import { numericEndpoint, resolveEndpoints } from "./names/_endpoint.ts";
import { checkTransport } from "../checks/check_transport.ts";
import { STREAM_CONNECT_OPTIONS, type StreamConnectOptions } from "./stream_options.ts";

/** How often to connect while the socket is only connected to itself. */
const ATTEMPTS = 3;

/**
 * Opens a stream socket and connects it to a host: looks up the name, and races its addresses (RFC 8305).
 *
 * For families that use IP addresses, such as TCP, AF_SMC and SCTP.
 *
 * @param openFamily Opens a socket of the family for addresses of `AF_INET` or `AF_INET6`.
 * @param options The address to connect to, and how to connect.
 * @returns The connected socket, which the caller owns.
 * @throws {SystemError} If the connection fails, such as `ECONNREFUSED`.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { connectStream, TcpListener } from "@berkeley/sockets/inet";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using socket = await connectStream((family) => Socket.open(family, C.SOCK_STREAM), listener.addr);
 * assertEquals(socket.peerSockaddr(), listener.socket.localSockaddr());
 * ```
 */
export async function connectStream(
  openFamily: (family: number) => Socket,
  options: StreamConnectOptions,
): Promise<Socket> {
  checkArgumentCount("call connectStream", arguments.length, "openFamily", "options");
  options = checkWaitOptions("connect", options, STREAM_CONNECT_OPTIONS);
  checkTransport("connect", options.transport, "tcp");
  const { hostname = "127.0.0.1" } = options;
  const localAddr = options.localAddr && checkOptions("use localAddr", options.localAddr, NET_ADDR);
  const local = localAddr && numericEndpoint(
    { ...localAddr, port: localAddr.port ?? 0 },
    options.networkNamespace,
  );
  const target = { ...options, hostname };
  const over = new AbortController();
  const stop = watchForEnd(options, () => actionOf("connect", formatNetAddr(target)), (error) => over.abort(error));
  const open = ({ family }: Endpoint): Socket => {
    const bind = (socket: Socket): void => local && socket.bind(local.sockaddr, local.address);
    return openSocket({ open: () => openFamily(family), bind }, options);
  };
  try {
    const endpoints = await resolveEndpoints(target, over.signal);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const socket = await connectFirst(endpoints, open, over.signal);
      if (localAddr?.port || !isConnectedToItself(socket, options.port)) return socket;
      socket.set(SO_LINGER, 0); // else TIME_WAIT would keep the port from its server
      socket.close();
    }
    const reason = "nothing listens there, TCP only connected the socket to itself (ECONNREFUSED)";
    throw libraryError(
      "ECONNREFUSED",
      "connect",
      `Cannot ${actionOf("connect", formatNetAddr(target))}: ${reason}`,
    );
  } finally {
    stop();
  }
}

/**
 * Where nothing listens on a port that the kernel may also choose as the local one, it may choose that port, and TCP's
 * simultaneous open connects the socket to itself. As in Go, unless the caller chose the local port.
 */
function isConnectedToItself(socket: Socket, port: number): boolean {
  const local = socket.localSockaddr();
  return readPort(local) === port && socket.peerSockaddr().every((byte, i) => byte === local[i]);
}

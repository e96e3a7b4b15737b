import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { openListener } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_REUSEADDR, SO_REUSEPORT } from "../socket/socket_options.ts";
import { checkTransport } from "../checks/check_transport.ts";
import { numericEndpoint } from "./names/_endpoint.ts";
import { IPV6_V6ONLY } from "./options/ipv6_options.ts";
import { STREAM_LISTEN_OPTIONS, type StreamListenOptions } from "./stream_options.ts";

/**
 * Opens a stream socket that listens on an address.
 *
 * For families that use IP addresses, such as TCP, AF_SMC and SCTP.
 *
 * @param openFamily Opens a socket of the family for addresses of `AF_INET` or `AF_INET6`.
 * @param options The address to listen on, and how to listen.
 * @returns The listening socket, which the caller owns.
 * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { listenStream } from "@berkeley/sockets/inet";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * using socket = listenStream((family) => Socket.open(family, C.SOCK_STREAM), { hostname: "127.0.0.1", port: 0 });
 * assert(socket.localSockaddr().length > 0);
 * ```
 */
export function listenStream(openFamily: (family: number) => Socket, options: StreamListenOptions): Socket {
  checkArgumentCount("call listenStream", arguments.length, "openFamily", "options");
  options = checkOptions("listen", options, STREAM_LISTEN_OPTIONS);
  checkTransport("listen", options.transport, "tcp");
  const { hostname = "0.0.0.0", port = 0, ipv6Only, reuseAddress = true, reusePort = false } = options;
  const { family, sockaddr, address } = numericEndpoint({ ...options, hostname, port }, options.networkNamespace);
  return openListener(
    {
      open: () => openFamily(family),
      prepare: (socket) => {
        if (reuseAddress) socket.set(SO_REUSEADDR, true);
        if (reusePort) socket.set(SO_REUSEPORT, true);
        if (ipv6Only !== undefined && family === C.AF_INET6) socket.set(IPV6_V6ONLY, ipv6Only);
      },
      bind: (socket) => socket.bind(sockaddr, address),
    },
    options,
    address,
  );
}

import { C } from "../ffi/constants.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_REUSEADDR, SO_REUSEPORT } from "../socket/socket_options.ts";
import { numericEndpoint } from "./endpoint.ts";
import { IPV6_V6ONLY } from "./ipv6_options.ts";
import type { StreamListenOptions } from "./stream_options.ts";

/**
 * Makes a stream socket that listens on an address.
 *
 * @param openFamily Opens a socket of the family for addresses of `AF_INET` or `AF_INET6`.
 */
export function listenStream(openFamily: (family: number) => Socket, options: StreamListenOptions): Socket {
  const { hostname = "0.0.0.0", port, scopeId, ipv6Only } = options;
  const { family, sockaddr, address } = numericEndpoint(hostname, port, scopeId);
  const socket = openFamily(family);
  try {
    if (options.reuseAddress ?? true) socket.set(SO_REUSEADDR, true);
    if (options.reusePort ?? false) socket.set(SO_REUSEPORT, true);
    if (ipv6Only !== undefined && family === C.AF_INET6) socket.set(IPV6_V6ONLY, ipv6Only);
    options.configure?.(socket);
    socket.bind(sockaddr, address);
    socket.listen(options.backlog ?? 511, address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

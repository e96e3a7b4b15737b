import { connectFirst, type Endpoint } from "../socket/connect_first.ts";
import { inNetworkNamespace } from "../socket/network_namespace.ts";
import type { Socket } from "../socket/socket.ts";
import { checkWaitOptions, watchForEnd } from "../socket/wait_options.ts";
import { numericEndpoint, resolveEndpoints } from "./endpoint.ts";
import type { StreamConnectOptions } from "./stream_options.ts";

/**
 * Makes a stream socket that is connected to a host: looks the name up, and races its addresses (RFC 8305).
 *
 * @param openFamily Opens a socket of the family for addresses of `AF_INET` or `AF_INET6`.
 */
export async function connectStream(
  openFamily: (family: number) => Socket,
  options: StreamConnectOptions,
): Promise<Socket> {
  const { hostname = "127.0.0.1", port, scopeId, localAddr, networkNamespace, configure } = options;
  checkWaitOptions(options);
  const over = new AbortController();
  const stop = watchForEnd(options, "connect", (error) => over.abort(error));
  const open = ({ family }: Endpoint): Socket => {
    const socket = networkNamespace === undefined
      ? openFamily(family)
      : inNetworkNamespace(networkNamespace, () => openFamily(family));
    try {
      configure?.(socket);
      if (localAddr !== undefined) {
        const { sockaddr, address } = numericEndpoint(localAddr.hostname, localAddr.port ?? 0, localAddr.scopeId);
        socket.bind(sockaddr, address);
      }
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  };
  try {
    return await connectFirst(await resolveEndpoints(hostname, port, scopeId, over.signal), open, over.signal);
  } finally {
    stop();
  }
}

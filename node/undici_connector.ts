import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { NodeStream, type StreamConn } from "./node_stream.ts";
import type { RequestTarget } from "./socket_agent.ts";
import { startTls } from "./start_tls.ts";

/** What undici asks of a connector. */
export interface UndiciTarget {
  /** The host name of the URL. */
  hostname: string;
  /** The port as text; empty for the protocol's own. */
  port: string;
  /** `"http:"` or `"https:"`. */
  protocol: string;
  /** The name that the certificate must have. */
  servername?: string | null;
}

/** How undici takes a connection, or why there is none. */
export type UndiciCallback = (
  ...result: [error: Error, socket: null] | [error: null, socket: Socket | TLSSocket]
) => void;

/**
 * A connector for undici, so that `fetch` goes over connections of yours: `new Agent({ connect: undiciConnector(…) })` is
 * the dispatcher. `https:` is TLS on them, its certificate checked. Bun puts its own `fetch` in
 * the place of undici's, which takes no connector.
 *
 * @param connect Makes a connection for a request.
 * @returns The connector.
 *
 * @see {@link https://undici.nodejs.org/#/docs/api/Connector | undici's connector}
 *
 * @example What undici does with it
 * ```ts
 * import { undiciConnector } from "@berkeley/sockets/node";
 * import { socketPair } from "@berkeley/sockets/unix";
 *
 * const [left, right] = socketPair("stream");
 * const connector = undiciConnector(() => Promise.resolve(left));
 * connector({ hostname: "docker", port: "", protocol: "http:" }, (error, socket) => {
 *   if (error !== null) throw error;
 *   socket.destroy();
 *   right.close();
 * });
 * ```
 */
export function undiciConnector(
  connect: (target: RequestTarget) => Promise<StreamConn>,
): (target: UndiciTarget, callback: UndiciCallback) => void {
  return ({ hostname, port, protocol, servername }, callback) => {
    const isTls = protocol === "https:";
    const target = { hostname, port: Number(port) || (isTls ? 443 : 80) };
    connect(target).then(async (conn) => {
      if (isTls) return await startTls(conn, { servername: servername ?? hostname });
      const stream: unknown = new NodeStream(conn);
      return stream as Socket; // undici uses nothing of it that a NodeStream has not
    }).then((socket) => callback(null, socket), (error) => callback(error, null));
  };
}

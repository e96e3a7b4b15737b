import type { TLSSocket } from "node:tls";
import { NodeStream, type StreamConn } from "./node_stream.ts";
import type { RequestTarget } from "./socket_agent.ts";
import { startTls } from "./start_tls.ts";

/** What undici asks of a connector. */
interface UndiciTarget {
  hostname: string;
  port: string;
  protocol: string;
  servername?: string | null;
}

type UndiciCallback = (error: Error | null, socket: NodeStream | TLSSocket | null) => void;

/**
 * A connector for undici, so that `fetch` goes over connections of yours: `new Agent({ connect: undiciConnector(…) })` is
 * the dispatcher. `https:` is TLS on them, its certificate checked.
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
 *   if (socket === null) throw error;
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
    connect(target)
      .then(async (conn) => isTls ? await startTls(conn, { servername: servername ?? hostname }) : new NodeStream(conn))
      .then((socket) => callback(null, socket), (error) => callback(error, null));
  };
}

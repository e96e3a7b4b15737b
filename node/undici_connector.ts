import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { checkFunction } from "../checks/check_function.ts";
import { NodeStream, type StreamConn } from "./node_stream.ts";
import type { RequestTarget } from "./socket_agent.ts";
import { startTls, type StartTlsOptions } from "./start_tls.ts";

/** The options that undici passes to a connector. */
export interface UndiciTarget {
  /** The host name of the URL. */
  hostname: string;
  /** The port as a string; empty for the protocol's default. */
  port: string;
  /** `"http:"` or `"https:"`. */
  protocol: string;
  /** The name to check the certificate against. */
  servername?: string | null;
}

/** The callback to which undici's connectors pass a connection or an error. */
export type UndiciCallback = (
  ...result: [error: Error, socket: null] | [error: null, socket: Socket | TLSSocket]
) => void;

/**
 * A connector for undici, so that `fetch` uses your own connections: `new Agent({ connect: undiciConnector(…) })` is
 * the dispatcher. For `https:` it starts TLS on them and checks the certificate. Bun replaces undici's `fetch` with its
 * own, which takes no connector.
 *
 * @param connect Makes a connection for a request.
 * @param tls Options of {@linkcode startTls} for `https:`, such as `ca`.
 * @returns The connector.
 * @throws {TypeError} If `connect` is no function.
 *
 * @see {@link https://undici.nodejs.org/#/docs/api/Connector | undici's connector}
 *
 * @example Call it as undici does
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
  tls: StartTlsOptions = {},
): (target: UndiciTarget, callback: UndiciCallback) => void {
  checkFunction("make a connector", "connect", connect);
  return ({ hostname, port, protocol, servername }, callback) => {
    const isTls = protocol === "https:";
    const target = { hostname, port: Number(port) || (isTls ? 443 : 80) };
    Promise.resolve(target).then(connect).then(async (conn) => {
      if (isTls) return await startTls(conn, { servername: servername || hostname, ...tls });
      const stream: unknown = new NodeStream(conn);
      return stream as Socket; // undici uses only members that a NodeStream has
    }).then((socket) => callback(null, socket), (error) => callback(error, null));
  };
}

import { Agent, type AgentOptions, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { checkFunction } from "../checks/check_function.ts";
import { NodeStream, type StreamConn } from "./node_stream.ts";

/** The target of a request, from its URL. */
export interface RequestTarget {
  /** The host name. */
  hostname: string;
  /** The port, in host order. */
  port: number;
  /** Of {@linkcode SocketAgent}: aborted if the request ends before it has a connection. */
  signal?: AbortSignal;
}

/**
 * An `http.Agent` that uses your own connections: over a unix socket, SMC or vsock, from a local address, or through an
 * interface.
 *
 * @see {@link https://nodejs.org/api/http.html#class-httpagent | http.Agent}
 *
 * @example Send a request to a server on a unix socket, such as Docker's
 * ```ts
 * import { serveNode, SocketAgent } from "@berkeley/sockets/node";
 * import { UnixConn, UnixListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 * import { createServer, get, type IncomingMessage } from "node:http";
 *
 * using listener = UnixListener.listen({ autobind: true });
 * const serving = serveNode(createServer((_, response) => void response.end("pong")), listener);
 * const agent = new SocketAgent(() => UnixConn.connect(listener.addr));
 * const response = await new Promise<IncomingMessage>((resolve) => get("http://docker/_ping", { agent }, resolve));
 * assertEquals(String(await response.take(1).toArray()), "pong");
 * agent.destroy();
 * listener.close();
 * await serving;
 * ```
 */
export class SocketAgent extends Agent {
  readonly #connect: (target: RequestTarget) => Promise<StreamConn>;

  /**
   * Makes an agent.
   *
   * @param connect Makes a connection for a request.
   * @param options The options of `http.Agent`, such as `keepAlive`, `maxSockets` and `timeout`; those that choose an
   * address, such as `localAddress`, apply to nothing, since `connect` does.
   * @throws {TypeError} If `connect` is no function.
   */
  constructor(connect: (target: RequestTarget) => Promise<StreamConn>, options?: AgentOptions) {
    checkFunction("make an agent", "connect", connect);
    super(options);
    this.#connect = connect;
  }

  /** Part of `http.Agent`. */
  override createConnection(args: ClientRequestArgs & AgentOptions): Duplex {
    const target = { hostname: String(args.hostname ?? args.host ?? "localhost"), port: Number(args.port ?? 80) };
    const stream = new NodeStream(async (signal) => await this.#connect({ ...target, signal }));
    // What net.connect() does with these; http.Agent relies on it.
    if (args.timeout) stream.setTimeout(args.timeout);
    if (args.noDelay) stream.setNoDelay();
    if (args.keepAlive) stream.setKeepAlive(true, args.keepAliveInitialDelay);
    return stream;
  }
}

import { refuseArguments } from "../checks/argument_count.ts";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { NodeStream, type StreamConn } from "./node_stream.ts";

/**
 * Starts TLS on a connection, as the client. For the server side, use `serveNode(tls.createServer(…), listener)`.
 *
 * It checks the server's certificate against the name in `servername`; without one, against `"localhost"`.
 *
 * @param conn A connection that carries a stream; if this fails, it is closed.
 * @param options The options of `tls.connect()`, such as `servername`, `ca`, `cert`, `key` and `ALPNProtocols`.
 * @returns The decrypted stream, once the handshake is done.
 * @throws {Error} If the handshake fails, or the certificate is not trusted; `code` says why, such as
 * `"DEPTH_ZERO_SELF_SIGNED_CERT"`.
 *
 * @see {@link https://nodejs.org/api/tls.html#tlsconnectoptions-callback | tls.connect()}
 *
 * @example A server that does not speak TLS
 * ```ts
 * import { startTls } from "@berkeley/sockets/node";
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assertRejects } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * await right.write(new TextEncoder().encode("220 smtp.example.net ready\r\n"));
 * await assertRejects(() => startTls(left, { servername: "smtp.example.net" }), Error);
 * right.close();
 * ```
 */
export function startTls(conn: StreamConn, options: ConnectionOptions = {}): Promise<TLSSocket> {
  if (arguments.length > 2) return refuseArguments("call startTls", arguments.length, "conn", "options");
  const socket = new NodeStream(conn);
  return new Promise((resolve, reject) => {
    const stream = connect({ servername: "localhost", ...options, socket });
    const failed = (error: Error): void => {
      stream.destroy();
      socket.destroy();
      reject(error);
    };
    const ended = (): void => failed(new Error("Cannot start TLS: the connection ended during the handshake"));
    stream.once("error", failed).once("close", ended);
    stream.once("secureConnect", () => {
      stream.off("error", failed).off("close", ended);
      resolve(stream);
    });
  });
}

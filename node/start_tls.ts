import { checkArgumentCount } from "../checks/argument_count.ts";
import { isIP } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { checkObject } from "../checks/check_object.ts";
import { checkWaitOptions, type WaitOptions, waitOptionsOf, watchForEnd } from "../socket/wait_options.ts";
import { NodeStream, type StreamConn } from "./node_stream.ts";

/** Options of {@linkcode startTls}: those of `tls.connect()`, of which `timeout` applies to the handshake. */
export interface StartTlsOptions extends ConnectionOptions {
  /** Ends the handshake; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Starts TLS on a connection, as the client. For the server side, use `serveNode(tls.createServer(…), listener)`.
 *
 * It checks the server's certificate against the name or the address in `servername`, else in `host`; without either,
 * against `"localhost"`.
 *
 * @param conn A connection that carries a stream; if this fails, it is closed.
 * @param options The options of `tls.connect()`, such as `servername`, `ca`, `cert`, `key` and `ALPNProtocols`, and how
 * long to wait.
 * @returns The decrypted stream, once the handshake is done.
 * @throws {Error} If the handshake fails, or the certificate is not trusted; `code` says why, such as
 * `"DEPTH_ZERO_SELF_SIGNED_CERT"`.
 * @throws {DOMException} `TimeoutError` if the handshake takes longer than `timeout`.
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
export async function startTls(conn: StreamConn, options: StartTlsOptions = {}): Promise<TLSSocket> {
  checkArgumentCount("call startTls", arguments.length, "conn", "options");
  const read = { ...options }; // each is read once
  const { signal: _, ...settings } = read;
  let wait = waitOptionsOf(read as WaitOptions);
  const name = read.servername || read.host || "localhost";
  const socket = new NodeStream(conn);
  let stream: TLSSocket;
  try {
    checkObject("start TLS", "options", options);
    wait = checkWaitOptions("start TLS", wait);
    // An address is checked against the certificate, too, but never sent as the server's name (RFC 6066).
    stream = connect({ ...settings, host: name, servername: isIP(name) === 0 ? name : "", socket });
  } catch (error) { // an invalid option
    socket.destroy();
    conn.close();
    throw error;
  }
  return await new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      stopWatching();
      stream.off("close", ended).destroy();
      socket.destroy();
      reject(error);
    };
    const ended = (): void => failed(new Error("Cannot start TLS: the connection ended during the handshake"));
    const stopWatching = watchForEnd(wait, () => "start TLS", failed);
    stream.once("error", failed).once("close", ended);
    stream.once("secureConnect", () => {
      stopWatching();
      stream.off("error", failed).off("close", ended);
      resolve(stream);
    });
  });
}

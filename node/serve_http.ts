import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkFunction } from "../checks/check_function.ts";
import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { checkSignal } from "../checks/check_signal.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import type { Conn } from "../socket/conn.ts";
import type { Listener } from "../socket/listener.ts";
import { HttpStream } from "./_http_stream.ts";
import { checkListener, passConnections } from "./_pass_connections.ts";
import { bodyOf, discard } from "./_request_body.ts";

/** Information for a handler of {@linkcode serveHttp}, besides the request. */
export interface ServeHttpInfo<C = Conn<unknown>> {
  /**
   * The connection of the request, to inspect it: `conn.smc()`, `peerCredentials(conn)`. Do not read from it or write
   * to it.
   */
  conn: C;
  /** The peer's address, if it is an IP address. */
  remoteAddr: { hostname: string; port: number } | undefined;
}

/** Options of {@linkcode serveHttp}. */
export interface ServeHttpOptions {
  /** Closes the listener; requests that have started are still answered. */
  signal?: AbortSignal;
  /**
   * Called with an error of the handler, or of its response; returns the response. If the response has begun, it is cut
   * off instead.
   *
   * @default {A response of 500, and the error on the console}
   */
  onError?: (error: unknown) => Response | Promise<Response>;
  /** Options of `http.createServer`, such as `headersTimeout` and `maxHeaderSize`. */
  server?: ServerOptions;
}

const SERVE_OPTIONS: OptionNames<ServeHttpOptions> = { onError: true, server: true, signal: true };

/**
 * Serves HTTP/1.1 over a listener of any family, in the shape of `Deno.serve`: a function from request to response.
 * A connection's next request waits until the response to the one before is sent.
 *
 * A client that ends its side of the connection is gone, as for `node:http`. One that has sent its next request before
 * is noticed only when the response is written, since it may still wait for both: a handler that only waits for
 * `request.signal` needs a time limit, such as `AbortSignal.any([request.signal, AbortSignal.timeout(60_000)])`;
 * otherwise it waits for ever, and so does the promise of this function.
 *
 * On Bun, a response made of a string has no `content-type` by itself.
 *
 * @param listener A stream listener: TCP, AF_UNIX, SMC, … It is closed at the end.
 * @param handler Answers a request.
 * @param options How to stop, and how to handle errors.
 * @returns A promise that is fulfilled when the listener is closed and every response is sent.
 * @throws {TypeError} If an option is unknown or invalid.
 * @throws {SystemError} If accepting fails.
 *
 * @example Usage
 * ```ts
 * import { TcpListener } from "@berkeley/sockets/inet";
 * import { serveHttp } from "@berkeley/sockets/node";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * const served = serveHttp(listener, (request) => new Response(`you asked for ${new URL(request.url).pathname}`));
 * const response = await fetch(`http://127.0.0.1:${port}/tea`, { headers: { connection: "close" } });
 * assertEquals(await response.text(), "you asked for /tea");
 * listener.close();
 * await served;
 * ```
 */
export async function serveHttp<C extends Conn<unknown>>(
  listener: Listener<unknown, C>,
  handler: (request: Request, info: ServeHttpInfo<C>) => Response | Promise<Response>,
  options: ServeHttpOptions = {},
): Promise<void> {
  checkArgumentCount("call serveHttp", arguments.length, "listener", "handler", "options");
  checkListener(listener);
  options = checkOptions("serve HTTP", options, SERVE_OPTIONS);
  const { signal, onError = failed } = options;
  checkFunction("serve HTTP", "handler", handler);
  checkFunction("serve HTTP", "onError", onError);
  checkSignal(signal);
  const running = new Set<Promise<void>>();
  const streams = new Set<HttpStream>();
  let isEnding = false;
  const server = createServer(options.server ?? {}, (message, response) => {
    if (isEnding) response.setHeader("connection", "close");
    const stream = streamOf(message);
    const answered = answer(message, response).catch((error) => void response.destroy(error));
    const task: Promise<void> = stream.answering(message, answered).finally(() => running.delete(task));
    running.add(task);
  });
  server.on("connection", (stream: Duplex) => {
    streams.add(stream as HttpStream); // made by passConnections(), of the listener's connection
    stream.once("close", () => streams.delete(stream as HttpStream));
  });
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const stream = streamOf(message);
    const { remoteAddress: hostname, remotePort: port } = stream;
    const remoteAddr = hostname === undefined || port === undefined ? undefined : { hostname, port };
    const over = new AbortController();
    const gone = new Error("The connection was closed");
    response.once("close", () => response.writableFinished || over.abort(gone));
    const request = requestOf(message, over.signal);
    const isHead = message.method === "HEAD";
    try {
      const info = { remoteAddr, conn: stream.conn as unknown as C };
      await send(request === undefined ? badRequest() : await handler(request, info), response, isHead);
    } catch (error) {
      // What the handler did for the request, or read of its body, ended with it: no error of the handler.
      if (error === gone || (error !== undefined && error === message.errored)) return;
      const result = await Promise.resolve(error).then(onError).catch(failed);
      if (response.headersSent) {
        await result.body?.cancel();
        response.destroy();
      } else await send(result, response, isHead);
    }
    if (!message.complete && request?.body?.locked === false) discard(message);
  };
  const stop = (): void => listener.close();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    await passConnections(server, listener, HttpStream, async () => {
      isEnding = true;
      while (running.size > 0) await Promise.all(running);
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    listener.close();
    server.close(); // the timer of its timeouts, too
    for (const stream of streams) stream.destroySoon(); // idle, or without a whole head
  }
}

/** The stream that passConnections() has made of the listener's connection. */
function streamOf({ socket }: IncomingMessage): HttpStream {
  return socket as Duplex as HttpStream;
}

function failed(error: unknown): Response {
  console.error(error);
  return new Response("Internal Server Error", { status: 500 });
}

/** Methods that a `Request` refuses. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

/** Not an error of the handler, so not for `onError`: any peer could fill the log. */
function badRequest(): Response {
  return new Response("Bad Request", { status: 400 });
}

/** The request; `undefined` if a `Request` cannot have its target, its `Host` or its method. */
function requestOf(message: IncomingMessage, signal: AbortSignal): Request | undefined {
  const headers = new Headers();
  const { rawHeaders, method = "GET", url: target = "/" } = message;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  const { host = "localhost", cookie } = message.headers;
  if (cookie !== undefined) headers.set("cookie", cookie); // joined by semicolons; Deno's Headers join by commas
  // A path is no reference to resolve: //other/path would be that of another host.
  const url = target.startsWith("/") ? `http://${host}${target}` : target === "*" ? `http://${host}/*` : target;
  if (/[/?#@\\\s]/.test(host) || !URL.canParse(url) || FORBIDDEN.includes(method)) return undefined;
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  // `duplex` is not in every runtime's types yet.
  const init: RequestInit & { duplex: "half" } = { method, headers, signal, body: bodyOf(message), duplex: "half" };
  return new Request(url, init);
}

async function send(result: Response, response: ServerResponse, isHead: boolean): Promise<void> {
  if (typeof result?.status !== "number") {
    throw new TypeError(`Cannot answer as the handler must return a Response: current value is ${quoted(result)}`);
  }
  if (result.status === 0) throw new TypeError("Cannot answer with Response.error()");
  if (result.bodyUsed) throw new TypeError("Cannot answer as the body of the response was already read");
  for (const name of response.getHeaderNames()) if (name !== "connection") response.removeHeader(name);
  const headers: [string, string][] = [...result.headers];
  response.statusCode = result.status;
  if (result.statusText !== "") response.statusMessage = result.statusText;
  for (const [name, value] of headers) {
    if (name !== "set-cookie") response.setHeader(name, value);
  }
  const cookies = result.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  if (isHead || result.body === null) {
    await result.body?.cancel();
    response.end();
    return await sent(response);
  }
  const reader = result.body.getReader();
  const announced = result.headers.get("content-length");
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (response.destroyed) break;
      length += value?.byteLength ?? 0;
      // The client would take the rest, or the next response, for something else.
      if (announced !== null && (done ? length !== Number(announced) : length > Number(announced))) {
        throw new TypeError(`Cannot answer with ${length} bytes as content-length is ${announced}`);
      }
      if (done) break;
      if (!response.write(value)) await oneOf(response, "drain");
    }
  } finally {
    await reader.cancel();
  }
  response.end();
  await sent(response);
}

/** Settles when everything is passed to the connection, or the connection is gone. */
async function sent(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await oneOf(response, "finish");
}

function oneOf(response: ServerResponse, event: "drain" | "finish"): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off(event, done).off("close", done);
      resolve();
    };
    response.once(event, done).once("close", done);
  });
}

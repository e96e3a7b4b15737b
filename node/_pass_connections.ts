import { quoted } from "../checks/quoted.ts";
import type { Server } from "node:net";
import type { Conn } from "../socket/conn.ts";
import type { Listener } from "../socket/listener.ts";
import { checkStream } from "./_check_stream.ts";
import type { NodeStream } from "./node_stream.ts";

/**
 * Passes the connections of a listener to a server, each as a stream of the given class, until the listener closes and
 * what the server does then is done.
 *
 * @throws {TypeError} If the connections carry messages.
 */
export async function passConnections(
  server: Server,
  listener: Listener<unknown, Conn<unknown>>,
  Stream: typeof NodeStream,
  last: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (typeof server?.emit !== "function") {
    throw new TypeError(`Cannot serve as this is no server: current value is ${quoted(server)}`);
  }
  checkListener(listener);
  checkStream("serve these connections as they carry", listener.socket);
  const allowHalfOpen = "allowHalfOpen" in server ? Boolean(server.allowHalfOpen) : true;
  const isListening = server.listening;
  // Deno's http.Server keeps a connection open for more requests only while it listens.
  Object.defineProperty(server, "listening", { value: true, configurable: true });
  try {
    // From this event on, an http.Server enforces headersTimeout and requestTimeout.
    if (!isListening) server.emit("listening");
    for await (const conn of listener) server.emit("connection", new Stream(conn, { allowHalfOpen }));
    await last();
  } finally {
    Reflect.deleteProperty(server, "listening");
  }
}

/** Refuses what is no listener, such as a promise of one. */
export function checkListener(listener: Listener<unknown, Conn<unknown>>): void {
  if (typeof listener?.accept === "function" && typeof listener.socket === "object") return;
  throw new TypeError(`Cannot serve as this is no listener: current value is ${quoted(listener)}`);
}

import type net from "node:net";
import { NodeStream } from "../node/mod.ts";
import { SmcListener } from "../smc/mod.ts";
import { isPort } from "./_is_port.ts";

type Listen = typeof net.Server.prototype.listen;

/** A server with the members that `node:net` itself uses. */
interface Internals extends net.Server {
  _handle?: unknown;
  _connections: number;
  _emitCloseIfDrained(): void;
  allowHalfOpen: boolean;
  noDelay?: boolean;
  keepAlive?: boolean;
  /** In seconds. */
  keepAliveInitialDelay?: number;
  pauseOnConnect?: boolean;
}

/** `server.listen()` over AF_SMC; unix sockets and descriptors stay with `original`, and so do wrong arguments, for its errors. */
export function listenOverSmc(original: Listen): Listen {
  return function (this: Internals, ...args: unknown[]): net.Server {
    const options = optionsOf(args);
    if (options === undefined || this.listening) return Reflect.apply(original, this, args);
    const callback = args.at(-1);
    if (typeof callback === "function") this.once("listening", callback as () => void);
    try {
      const listener = listen(options);
      setHandle(this, listener);
      accept(this, listener).catch((error) => this.emit("error", error));
      if (options.signal !== undefined) closeOnAbort(this, options.signal);
      queueMicrotask(() => this.listening && this.emit("listening"));
    } catch (error) {
      queueMicrotask(() => this.emit("error", error));
    }
    return this;
  } as Listen;
}

/** Closes the server when the signal aborts; once it is closed, the signal is none of its concern, as with Node's. */
function closeOnAbort(server: net.Server, signal: AbortSignal): void {
  const close = () => server.close();
  if (signal.aborted) return queueMicrotask(close);
  signal.addEventListener("abort", close, { once: true });
  server.once("close", () => signal.removeEventListener("abort", close));
}

/** The options of a TCP server; `undefined` for every other. */
function optionsOf([first, second, third]: unknown[]): net.ListenOptions | undefined {
  if (typeof first === "object" && first !== null) {
    const options: net.ListenOptions = first;
    const hasHandle = ["fd", "handle", "_handle"].some((name) => Reflect.get(options, name) !== undefined);
    const hasPath = options.path !== undefined && options.port === undefined;
    const port = options.port ?? 0;
    return hasHandle || hasPath || !("port" in options) || !isPort(port)
      ? undefined
      : { ...options, port: Number(port) };
  }
  const port = typeof first === "function" ? 0 : first ?? 0;
  if (!isPort(port)) return undefined;
  const backlog = [second, third].find((argument) => typeof argument === "number");
  return {
    port: Number(port),
    ...(typeof second === "string" ? { host: second } : {}),
    ...(backlog === undefined ? {} : { backlog }),
  };
}

function listen({ host, port = 0, backlog }: net.ListenOptions): SmcListener {
  const rest = backlog === undefined ? {} : { backlog };
  return SmcListener.listen({ hostname: host ?? "0.0.0.0", port, unsupported: "tcp", ...rest });
}

/** What the server asks of libuv's handle: its address, and its end. */
function setHandle(server: Internals, listener: SmcListener): void {
  const { hostname: address, port } = listener.addr;
  server._handle = {
    getsockname: (out: object) => {
      Object.assign(out, { address, port, family: address.includes(":") ? "IPv6" : "IPv4" });
      return 0;
    },
    close: () => listener.close(),
    ref: () => listener.ref(),
    unref: () => listener.unref(),
  };
}

async function accept(server: Internals, listener: SmcListener): Promise<void> {
  for await (const conn of listener) {
    if (server._connections >= (server.maxConnections || Infinity)) {
      conn.close();
      server.emit("drop");
      continue;
    }
    const stream = new NodeStream(conn, { allowHalfOpen: server.allowHalfOpen });
    if (server.noDelay) stream.setNoDelay(true);
    if (server.keepAlive) stream.setKeepAlive(true, (server.keepAliveInitialDelay ?? 0) * 1000);
    if (server.pauseOnConnect) stream.pause();
    server._connections++;
    stream.once("close", () => {
      server._connections--;
      server._emitCloseIfDrained();
    });
    queueMicrotask(() => server.emit("connection", stream)); // what a listener throws is no error of accepting
  }
}

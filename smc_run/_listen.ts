import cluster from "node:cluster";
import dns from "node:dns";
import net from "node:net";
import { NodeStream } from "../node/mod.ts";
import { type SmcConn, SmcListener } from "../smc/mod.ts";
import { isPort } from "./_is_port.ts";
import { isSignal } from "./_is_signal.ts";
import { asNodeError } from "./_node_error.ts";

type Listen = typeof net.Server.prototype.listen;

/** A server with the members that `node:net` itself uses. */
interface Internals extends net.Server {
  _handle?: unknown;
  _connections: number;
  _emitCloseIfDrained(): void;
  allowHalfOpen: boolean;
  blockList?: unknown;
  highWaterMark?: number;
  noDelay?: boolean;
  keepAlive?: boolean;
  /** In seconds. */
  keepAliveInitialDelay?: number;
  pauseOnConnect?: boolean;
}

/**
 * What only Node's own servers do: the kernel refuses it for AF_SMC, or SMC-R has no IPv6. The listeners that
 * `node:cluster` makes for its workers are told by `ipv6Only`, too, which it gives even where it is false.
 */
const NODE_ONLY = ["ipv6Only", "reusePort"];

/** `server.listen()` over AF_SMC; unix sockets and descriptors stay with `original`, and so do wrong arguments, for its errors. */
export function listenOverSmc(original: Listen): Listen {
  return function (this: Internals, ...args: unknown[]): net.Server {
    const options = optionsOf(args);
    // The workers of a cluster get their listener from its primary.
    const isShared = cluster.isWorker && !options?.exclusive;
    if (options === undefined || this.listening || this.blockList || isShared) {
      return Reflect.apply(original, this, args);
    }
    const callback = args.at(-1);
    if (typeof callback === "function") this.once("listening", callback as () => void);
    if (options.signal !== undefined) closeOnAbort(this, options.signal);
    const { host } = options;
    if (!host || host === "localhost" || net.isIP(host) !== 0) listenAt(this, options, host || "0.0.0.0");
    else {
      let isClosed = false;
      const stop = () => isClosed = true;
      this.once("close", stop);
      dns.lookup(host, (error, hostname) => {
        this.off("close", stop);
        if (error) this.emit("error", error);
        else if (!isClosed && !this.listening) listenAt(this, options, hostname);
      });
    }
    return this;
  } as Listen;
}

function listenAt(server: Internals, { port = 0, backlog }: net.ListenOptions, hostname: string): void {
  try {
    const rest = backlog === undefined ? {} : { backlog };
    const listener = SmcListener.listen({ hostname, port, unsupported: "tcp", ...rest });
    setHandle(server, listener);
    accept(server, listener).catch((error) => server.emit("error", error));
    queueMicrotask(() => server.listening && server.emit("listening"));
  } catch (error) {
    queueMicrotask(() => server.emit("error", asNodeError(error, "listen", hostname, port)));
  }
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
    const isNodes = hasHandle || hasPath || NODE_ONLY.some((name) => Reflect.get(options, name) !== undefined);
    return isNodes || !("port" in options) || !isPort(port) || !isSignal(options.signal)
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
    if (server._connections >= (server.maxConnections ?? Infinity)) {
      const dropped = addressesOf(conn);
      conn.close();
      server.emit("drop", dropped);
      continue;
    }
    const { allowHalfOpen, highWaterMark } = server;
    const stream = new NodeStream(conn, { allowHalfOpen, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
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

/** What the event `"drop"` tells. */
function addressesOf({ localAddr, remoteAddr }: SmcConn): net.DropArgument {
  const familyOf = (address: string) => net.isIPv6(address) ? "IPv6" : "IPv4";
  return {
    localAddress: localAddr.hostname,
    localPort: localAddr.port,
    localFamily: familyOf(localAddr.hostname),
    remoteAddress: remoteAddr.hostname,
    remotePort: remoteAddr.port,
    remoteFamily: familyOf(remoteAddr.hostname),
  };
}

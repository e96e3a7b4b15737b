import type net from "node:net";
import { NodeStream } from "../node/mod.ts";
import { SmcConn } from "../smc/mod.ts";
import { isPort } from "./_is_port.ts";

/** `net.connect()` over AF_SMC; unix sockets stay with `original`, and so do wrong arguments, for its errors. */
export function connectOverSmc(original: typeof net.connect): typeof net.connect {
  return (...args: unknown[]): net.Socket => {
    const options = optionsOf(args);
    if (options === undefined) return Reflect.apply(original, undefined, args);
    const { host, port, localAddress, localPort, allowHalfOpen = false, timeout, noDelay, signal } = options;
    const conn = SmcConn.connect({
      hostname: host ?? "localhost",
      port: Number(port),
      unsupported: "tcp",
      ...(localAddress ? { localHostname: localAddress } : {}),
      ...(localPort ? { localPort } : {}),
      ...(signal ? { signal } : {}),
    });
    const stream = new NodeStream(conn, { allowHalfOpen });
    const callback = args.at(-1);
    if (typeof callback === "function") stream.once("connect", callback as () => void);
    if (timeout) stream.setTimeout(timeout);
    if (noDelay) stream.setNoDelay(true);
    if (options.keepAlive) stream.setKeepAlive(true, options.keepAliveInitialDelay);
    return stream as unknown as net.Socket;
  };
}

/** The options of a TCP connection; `undefined` for every other. */
function optionsOf([first, second]: unknown[]): net.TcpNetConnectOpts | undefined {
  if (typeof first === "object" && first !== null) {
    const options = first as net.TcpNetConnectOpts & { path?: string };
    return options.path || !isPort(options.port) ? undefined : options;
  }
  if (!isPort(first)) return undefined;
  return { port: Number(first), ...(typeof second === "string" ? { host: second } : {}) };
}

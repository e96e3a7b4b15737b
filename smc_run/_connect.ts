import net from "node:net";
import { addAbortSignal } from "node:stream";
import { NodeStream } from "../node/mod.ts";
import { dial } from "./_dial.ts";
import { isPort } from "./_is_port.ts";
import { isSignal } from "./_is_signal.ts";

/** What only the sockets of Node can do: a connection with such an option stays TCP. */
const NODE_ONLY = [
  ...["path", "onread", "blockList", "typeOfService"],
  ...["objectMode", "readableObjectMode", "writableObjectMode"], // which it refuses
];

/** `net.connect()` over AF_SMC; unix sockets stay with `original`, and so do wrong arguments, for its errors. */
export function connectOverSmc(original: typeof net.connect): typeof net.connect {
  return (...args: unknown[]): net.Socket => {
    const options = optionsOf(args);
    if (options === undefined) return Reflect.apply(original, undefined, args);
    const { allowHalfOpen = false, highWaterMark, timeout, noDelay, keepAlive, keepAliveInitialDelay } = options;
    const how = { allowHalfOpen, ...(highWaterMark === undefined ? {} : { highWaterMark }) };
    const stream = new NodeStream((signal) => dial(options, signal), how);
    const callback = args.at(-1);
    if (typeof callback === "function") stream.once("connect", callback as () => void);
    if (options.signal) addAbortSignal(options.signal, stream);
    if (timeout) stream.setTimeout(timeout);
    if (noDelay) stream.setNoDelay(true);
    if (keepAlive) stream.setKeepAlive(true, keepAliveInitialDelay);
    return stream as unknown as net.Socket;
  };
}

/** The options of a TCP connection; undici, which is `fetch()`, gives a `highWaterMark`. */
type ConnectOptions = net.TcpNetConnectOpts & { highWaterMark?: number };

/** The options of a TCP connection that SMC can make; `undefined` for every other. */
function optionsOf([first, second]: unknown[]): ConnectOptions | undefined {
  if (typeof first === "object" && first !== null) {
    const options = first as ConnectOptions;
    return NODE_ONLY.some((name) => Reflect.get(options, name)) || !areValid(options) ? undefined : options;
  }
  if (!isPort(first)) return undefined;
  return { port: Number(first), ...(typeof second === "string" ? { host: second } : {}) };
}

/** Whether `node:net` takes the options, which otherwise throws. */
function areValid(options: ConnectOptions): boolean {
  const { port, lookup, localAddress, localPort, autoSelectFamily, autoSelectFamilyAttemptTimeout: patience } = options;
  return isPort(port) && isSignal(options.signal || undefined) &&
    (lookup === undefined || typeof lookup === "function") &&
    (!localAddress || net.isIP(localAddress) !== 0) && (!localPort || typeof localPort === "number") &&
    (autoSelectFamily === undefined || typeof autoSelectFamily === "boolean") &&
    (patience === undefined || Number.isInteger(patience) && patience > 0);
}

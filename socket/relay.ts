import { checkArgumentCount } from "../checks/argument_count.ts";
import { quoted } from "../checks/quoted.ts";
import { timeoutError } from "../checks/timeout_error.ts";
import { C } from "../ffi/constants.ts";
import { systemError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { Operation } from "./operation.ts";
import { EAGAIN, EINTR } from "./operations/kernel_numbers.ts";
import { urgentMark } from "./operations/urgent_data.ts";
import { countBytes, mayGoOn } from "./polling/turn.ts";
import { unrefTimeout } from "./polling/unref_timeout.ts";
import type { Socket } from "./socket.ts";
import { checkWaitOptions, MAX_DELAY, type WaitOptions } from "./wait_options.ts";

/** A connection for {@linkcode relay}: of any family. */
export interface RelayEnd {
  /** Its socket. */
  readonly socket: Socket;
  /** Ends the sending direction. */
  closeWrite(): Promise<void>;
  /** Closes it. */
  close(): void;
}

/** How much {@linkcode relay} carried. */
export interface RelayedBytes {
  /** Bytes from the first connection to the second. */
  forward: number;
  /** Bytes from the second connection to the first. */
  backward: number;
}

/**
 * Forwards between two connections until both have ended or one fails: what arrives on one is sent on the other, inside
 * the kernel with splice(2). It passes on the end of one direction while the other continues. It takes ownership of
 * both connections, and closes them at the end. It does not forward urgent data; with `SO_OOBINLINE` it forwards it as
 * ordinary data.
 *
 * Permission: `--allow-ffi`.
 *
 * @param a One connection.
 * @param b The other, of any family. Both carry streams.
 * @param options A `signal` ends it; so does a `timeout` in milliseconds in which no byte moves in either direction.
 * @returns How many bytes were forwarded each way.
 * @throws {TypeError} If one is no connection, or carries messages.
 * @throws {SystemError} If a connection breaks, such as `ECONNRESET`, `ETIMEDOUT`, …
 * @throws {DOMException} `TimeoutError` after the timeout.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/splice.2.html | splice(2)}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { relay } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using left = await TcpConn.connect(listener.addr);
 * const a = await listener.accept();
 * const b = await TcpConn.connect(listener.addr);
 * using right = await listener.accept();
 *
 * const relayed = relay(a, b);
 * await left.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await right.read(new Uint8Array(16)), 3);
 * await left.closeWrite();
 * await right.closeWrite();
 * assertEquals(await relayed, { forward: 3, backward: 0 });
 * ```
 */
export async function relay(a: RelayEnd, b: RelayEnd, options?: WaitOptions): Promise<RelayedBytes> {
  checkArgumentCount("call relay", arguments.length, "a", "b", "{ signal, timeout }");
  for (const end of [a, b]) checkConnection(end);
  const over = new AbortController();
  let { signal } = over;
  const activity = { at: performance.now() };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = (timeout: number): void => {
    const left = activity.at + timeout - performance.now();
    if (left <= 0) over.abort(timeoutError("relay as nothing moved", timeout));
    else timer = unrefTimeout(() => watch(timeout), Math.min(left, MAX_DELAY));
  };
  const carry = async (from: RelayEnd, to: RelayEnd): Promise<number> => {
    try {
      return await pump(from, to, signal, activity);
    } catch (error) {
      over.abort(error); // the other direction ends with the same error
      throw error;
    }
  };
  try {
    if (options !== undefined) options = checkWaitOptions("relay", options);
    for (const { socket } of [a, b]) refuseMessages(socket);
    if (options?.signal !== undefined) signal = AbortSignal.any([signal, options.signal]);
    if (options?.timeout !== undefined && options.timeout !== Infinity) watch(options.timeout);
    const done = await Promise.allSettled([carry(a, b), carry(b, a)]);
    over.signal.throwIfAborted();
    const [forward = 0, backward = 0] = done.map((result) => result.status === "fulfilled" ? result.value : 0);
    return { forward, backward };
  } finally {
    clearTimeout(timer);
    a.close();
    b.close();
  }
}

function checkConnection(end: RelayEnd): void {
  if (typeof end?.socket === "object" && typeof end.closeWrite === "function" && typeof end.close === "function") {
    return;
  }
  throw new TypeError(`Cannot relay what is no connection: current value is ${quoted(end)}`);
}

/** A pipe keeps no ends of messages: long ones would arrive in parts. */
function refuseMessages(socket: Socket): void {
  if (socket.fd < 0 || socket.getOption(C.SOL_SOCKET, C.SO_TYPE) === C.SOCK_STREAM) return;
  throw new TypeError("Cannot relay these connections as they carry messages: only streams are possible");
}

/** When bytes last moved, as `performance.now()` counts. */
interface Activity {
  at: number;
}

/** The size of a pipe, where the system allows it (`fs.pipe-max-size`). */
const PIPE_SIZE = 1 << 20;

async function pump(from: RelayEnd, to: RelayEnd, signal: AbortSignal, activity: Activity): Promise<number> {
  const pipe = new Int32Array(2);
  check(libc().pipe2(pipe, C.O_CLOEXEC | C.O_NONBLOCK), "pipe2");
  const [out = -1, into = -1] = pipe;
  try {
    outcome(libc().fcntl(into, C.F_SETPIPE_SZ, BigInt(PIPE_SIZE))); // refused if many pipes are that large
    const room = check(libc().fcntl(into, C.F_GETPIPE_SZ, 0n), "fcntl");
    let total = 0;
    for (;;) {
      // The pipe is empty here, so EAGAIN can only mean the socket.
      const n = await from.socket.run("read", new Splice(from.socket.fd, into, room, false, activity), { signal });
      if (n === 0) break;
      await to.socket.run("write", new Splice(out, to.socket.fd, n, true, activity), { signal });
      total += n;
    }
    await to.closeWrite();
    return total;
  } finally {
    libc().close(out);
    libc().close(into);
  }
}

/** splice(2): once, or until all is moved. */
class Splice extends Operation<number> {
  readonly syscall = "splice";
  readonly #in: number;
  readonly #out: number;
  readonly #length: number;
  readonly #all: boolean;
  readonly #activity: Activity;
  #moved = 0;

  constructor(from: number, to: number, length: number, all: boolean, activity: Activity) {
    super();
    this.#in = from;
    this.#out = to;
    this.#length = length;
    this.#all = all;
    this.#activity = activity;
  }

  /** Bytes moved; 0 at the end of the stream. */
  attempt(): number | undefined {
    while (this.#moved < this.#length) {
      const rest = BigInt(this.#length - this.#moved);
      const flags = C.SPLICE_F_MOVE | C.SPLICE_F_NONBLOCK;
      let n = outcome(libc().splice(this.#in, null, this.#out, null, rest, flags));
      if (!this.#all && (n === 0 || n === -EAGAIN) && urgentMark(this.#in) === 1) n = this.#passMark();
      if (n >= 0) {
        this.#moved += n;
        this.#activity.at = performance.now();
        countBytes(n);
        if (!this.#all || n === 0) break;
      } else if (n === -EAGAIN) return undefined;
      else if (n !== -EINTR) throw systemError(-n, "splice");
      if (this.#moved < this.#length && !mayGoOn()) return undefined;
    }
    return this.#moved;
  }

  /**
   * splice(2) stops before urgent data, as if the stream ended. recv(2) continues; the pipe is empty, so it has room.
   */
  #passMark(): number {
    const n = outcome(libc().recv(this.#in, byte, 1n, C.MSG_DONTWAIT));
    return n > 0 ? outcome(libc().write(this.#out, byte, 1n)) : n;
  }
}

// Scratch memory for one synchronous call.
const byte = new Uint8Array(1);

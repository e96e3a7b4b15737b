import { Buffer } from "node:buffer";
import type { AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { checkFunction } from "../checks/check_function.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError, libraryError } from "../ffi/error.ts";
import type { Conn } from "../socket/conn.ts";

/** Options of {@linkcode NodeStream}. */
export interface NodeStreamOptions {
  /**
   * Whether the stream stays writable after the peer has ended its side; otherwise the stream ends its own side too.
   *
   * @default {false}
   */
  allowHalfOpen?: boolean;
  /** Bytes that each direction buffers before it waits. Default: that of the runtime's streams. */
  highWaterMark?: number;
}

const STREAM_OPTIONS: OptionNames<NodeStreamOptions> = { allowHalfOpen: "boolean", highWaterMark: true };

/** A connection that {@linkcode NodeStream} takes: TCP, AF_UNIX, SMC, vsock, or your own. */
export type StreamConn = Pick<
  Conn<unknown>,
  "read" | "write" | "closeWrite" | "close" | "ref" | "unref" | "localAddr" | "remoteAddr" | "socket"
>;

/** Bytes per read. */
const CHUNK_SIZE = 65536;
/** Chunks that are written together are copied into one up to this size: the copy costs less than a system call. */
const JOINED_SIZE = 65536;
/** Bytes of a long chunk per write: each is traffic, so a peer that takes it slowly is no silence. */
const WRITE_SIZE = 1 << 18;

/**
 * A connection as a `stream.Duplex` with the members of a `net.Socket` that programs use, on Deno, Node and Bun: for
 * libraries that take such a socket. It owns the connection, and closes it as the family does: data written to SMC
 * arrives.
 *
 * @see {@link https://nodejs.org/api/net.html#class-netsocket | net.Socket}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { NodeStream } from "@berkeley/sockets/node";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * const client = new NodeStream(await TcpConn.connect(listener.addr));
 * using server = await listener.accept();
 * await server.write(new TextEncoder().encode("hello"));
 * const [chunk] = await client.take(1).toArray();
 * assertEquals(`${chunk} from ${client.remoteAddress}`, "hello from 127.0.0.1");
 * client.destroy();
 * ```
 */
export class NodeStream extends Duplex {
  #conn: StreamConn | undefined;
  readonly #dialled: StreamConn | Promise<StreamConn> | ((signal: AbortSignal) => Promise<StreamConn>);
  readonly #over = new AbortController();
  #isReferenced = true;
  /** Whether an error has closed it. */
  #hasFailed = false;
  /** Read buffer, from which short reads are copied. */
  #space = new Uint8Array(CHUNK_SIZE);
  #written = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Bytes received. */
  bytesRead = 0;
  /** Milliseconds without traffic after which `"timeout"` is emitted; 0 is never. */
  timeout = 0;

  /**
   * Takes ownership of a connection.
   *
   * @param conn A connection that carries a stream, or a promise of one: writes wait for it, and `"connect"` and
   * `"ready"` are then emitted. Or a function that connects: its signal is aborted if the stream is destroyed before,
   * which otherwise closes only when the promise is settled. Nothing else may read from or write to the connection any
   * more.
   * @param options How the stream ends, and how much it buffers.
   * @throws {TypeError | RangeError} If an option is unknown or invalid, or the connection is none.
   */
  constructor(
    conn: StreamConn | Promise<StreamConn> | ((signal: AbortSignal) => Promise<StreamConn>),
    options: NodeStreamOptions = {},
  ) {
    options = checkOptions("make a stream", options, STREAM_OPTIONS);
    const { allowHalfOpen = false, highWaterMark } = options;
    if (highWaterMark !== undefined) within("make a stream", "highWaterMark", highWaterMark, INT_MAX);
    const isDialled = conn instanceof Promise || typeof conn === "function";
    if (!isDialled) checkConn(conn);
    super({ allowHalfOpen, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
    this.#dialled = conn;
    if (!isDialled) this.#conn = conn;
    this.read(0); // like net.Socket, to notice the end even if the program does not read
  }

  /** The connection itself, for what a `net.Socket` does not have; `undefined` until it is established. */
  get conn(): StreamConn | undefined {
    return this.#conn;
  }

  /** Whether the connection is not established yet. */
  get connecting(): boolean {
    return this.#conn === undefined && !this.destroyed;
  }

  /** The same as {@linkcode connecting}. */
  get pending(): boolean {
    return this.connecting;
  }

  /** Bytes accepted for sending, including those that wait. */
  get bytesWritten(): number {
    return this.#written + this.writableLength;
  }

  /** The address of the other end, if it is an IP address. */
  get remoteAddress(): string | undefined {
    return hostOf(this.#conn?.remoteAddr);
  }

  /** `"IPv4"` or `"IPv6"`, if the address of the other end is an IP address. */
  get remoteFamily(): string | undefined {
    return familyOf(this.#conn?.remoteAddr);
  }

  /** The port of the other end, in host order, if its address has one. */
  get remotePort(): number | undefined {
    return portOf(this.#conn?.remoteAddr);
  }

  /** The address of this end, if it is an IP address. */
  get localAddress(): string | undefined {
    return hostOf(this.#conn?.localAddr);
  }

  /** `"IPv4"` or `"IPv6"`, if the address of this end is an IP address. */
  get localFamily(): string | undefined {
    return familyOf(this.#conn?.localAddr);
  }

  /** The port of this end, in host order, if its address has one. */
  get localPort(): number | undefined {
    return portOf(this.#conn?.localAddr);
  }

  /** Which directions are open, in `net.Socket`'s terms. */
  get readyState(): "opening" | "open" | "readOnly" | "writeOnly" | "closed" {
    if (this.connecting) return "opening";
    if (this.readable) return this.writable ? "open" : "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  /** The address of this end in `net.Socket`'s shape; empty if it is not an IP address. */
  address(): AddressInfo | Record<string, never> {
    const [address, family, port] = [this.localAddress, this.localFamily, this.localPort];
    return address === undefined || family === undefined || port === undefined ? {} : { address, family, port };
  }

  /**
   * Connects nothing and ignores the address, but emits `"connect"` once the connection is established: for drivers
   * that call `connect()` on the given stream.
   *
   * @throws {Error} If the stream is destroyed: it carries one connection, and cannot be connected again.
   */
  connect(...args: unknown[]): this {
    if (this.destroyed) throw new Error("Cannot connect again: the stream's connection is closed, and it carries one");
    const callback = args.findLast((value) => typeof value === "function");
    if (callback !== undefined) this.once("connect", callback as () => void);
    if (!this.connecting) queueMicrotask(() => this.destroyed || this.emit("connect"));
    return this;
  }

  /** `TCP_NODELAY`. Does nothing for a connection that is not over IP. */
  setNoDelay(on = true): this {
    if (this.connecting) return this.once("connect", () => this.setNoDelay(on));
    if (this.#isOverIp()) this.#conn?.socket.setOption(C.IPPROTO_TCP, C.TCP_NODELAY, on ? 1 : 0);
    return this;
  }

  /**
   * `SO_KEEPALIVE`, and with a delay `TCP_KEEPIDLE`. Does nothing for a connection that is not over IP.
   *
   * @param on Whether to send probes.
   * @param delay Milliseconds of silence before the first probe; 0 leaves it unchanged.
   */
  setKeepAlive(on = false, delay = 0): this {
    if (this.connecting) return this.once("connect", () => this.setKeepAlive(on, delay));
    const socket = this.#conn?.socket;
    if (socket === undefined || !this.#isOverIp()) return this;
    socket.setOption(C.SOL_SOCKET, C.SO_KEEPALIVE, on ? 1 : 0);
    const seconds = Math.floor(delay / 1000);
    if (on && seconds > 0) socket.setOption(C.IPPROTO_TCP, C.TCP_KEEPIDLE, seconds);
    return this;
  }

  /**
   * Emits `"timeout"` after a time without traffic, and again only when there has been traffic since. It does not close
   * the connection.
   *
   * @param timeout Milliseconds; 0 turns it off.
   * @param callback Called at the first `"timeout"`.
   * @throws {RangeError} If the timeout is negative, or no 32-bit number of milliseconds.
   * @throws {TypeError} If the callback is no function.
   */
  setTimeout(timeout: number, callback?: () => void): this {
    if (callback !== undefined) checkFunction("set a timeout", "the callback", callback);
    within("set a timeout", "milliseconds", typeof timeout === "number" ? Math.ceil(timeout) : timeout, INT_MAX);
    this.timeout = timeout;
    if (callback !== undefined) timeout === 0 ? this.off("timeout", callback) : this.once("timeout", callback);
    this.#watch();
    return this;
  }

  /** Lets the connection keep the program alive, which is the default. */
  ref(): this {
    this.#isReferenced = true;
    this.#conn?.ref();
    return this;
  }

  /** Lets the program end while the connection is open. */
  unref(): this {
    this.#isReferenced = false;
    this.#conn?.unref();
    return this;
  }

  /** Destroys the stream once all written data is sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** Destroys the stream; on TCP, sends a reset instead of an end (`SO_LINGER` of 0). */
  resetAndDestroy(): this {
    if (this.connecting) return this.once("connect", () => this.resetAndDestroy());
    // struct linger { int l_onoff; int l_linger; };
    if (this.#isOpen()) {
      this.#conn?.socket.setOption(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer));
    }
    return this.destroy();
  }

  /** Closes the connection, or stops connecting; what is written but not sent yet is lost. */
  override destroy(error?: Error): this {
    this.#over.abort();
    return super.destroy(error);
  }

  /** Emits an event; with `"close"`, whether an error was the cause, as a `net.Socket` does. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === "close" ? super.emit(event, this.#hasFailed) : super.emit(event, ...args);
  }

  /** Part of `stream.Duplex`. */
  override _construct(done: (error?: Error | null) => void): void {
    const dialled = this.#dialled;
    const dial = async (): Promise<StreamConn> =>
      checkConn(await (typeof dialled === "function" ? dialled(this.#over.signal) : dialled));
    dial().then((conn) => {
      const isLate = this.#conn === undefined;
      this.#conn = conn;
      if (!this.#isReferenced) conn.unref();
      done();
      if (!isLate || this.destroyed) return;
      this.emit("connect");
      this.emit("ready");
    }, (error) => done(this.destroyed ? null : error));
  }

  /** Part of `stream.Duplex`. */
  override _read(): void {
    this.#open().read(this.#space).then((n) => {
      if (this.destroyed) return;
      this.#watch();
      if (n === null) {
        this.push(null);
        this.read(0);
        return;
      }
      this.bytesRead += n;
      this.push(this.#take(n));
    }, (error) => this.destroy(error));
  }

  /** Part of `stream.Duplex`. */
  override _write(chunk: Buffer, encoding: string, done: (error?: Error | null) => void): void {
    this.#open().write(chunk.subarray(0, WRITE_SIZE)).then((n) => {
      this.#written += n;
      this.#watch();
      if (n < chunk.length) this._write(chunk.subarray(n), encoding, done);
      else done();
    }, (error) => {
      if (!this.destroyed) return done(error);
      done(libraryError("ECANCELED", "write", "Cannot write: the stream was destroyed before everything was sent"));
    });
  }

  /** Part of `stream.Duplex`. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const all = chunks.map(({ chunk }) => chunk);
    const size = all.reduce((sum, { length }) => sum + length, 0);
    if (size <= JOINED_SIZE) return this._write(Buffer.concat(all, size), "buffer", done);
    const next = (i: number): void => {
      const chunk = all[i];
      if (chunk === undefined) done();
      else this._write(chunk, "buffer", (error) => error ? done(error) : next(i + 1));
    };
    next(0);
  }

  /** Part of `stream.Duplex`. */
  override _final(done: (error?: Error | null) => void): void {
    this.#open().closeWrite().then(() => done(), (error) => {
      // The peer has reset the connection, or it has ended: there is no one to notify.
      done(isSystemError(error, "ENOTCONN") ? null : error);
    });
  }

  /** Part of `stream.Duplex`. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#hasFailed = error !== null;
    this.#conn?.close();
    // SMC keeps the descriptor until the peer has received everything.
    const closed = (this.#conn as { closed?: Promise<void> } | undefined)?.closed;
    if (closed === undefined) done(error);
    else {
      closed.then(() => done(error), (late) => {
        this.#hasFailed = true;
        done(error ?? late);
      });
    }
  }

  /** The connection; the stream reads and writes only once it is established. */
  #open(): StreamConn {
    if (this.#conn === undefined) throw new Error("unreachable");
    return this.#conn;
  }

  #take(n: number): Buffer {
    if (n <= CHUNK_SIZE / 4) return Buffer.from(this.#space.subarray(0, n));
    const bytes = Buffer.from(this.#space.buffer, 0, n);
    this.#space = new Uint8Array(CHUNK_SIZE);
    return bytes;
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.timeout <= 0 || this.destroyed) return;
    this.#timer = setTimeout(() => this.emit("timeout"), this.timeout);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Whether there is a descriptor: a connection closes itself once both directions have ended. */
  #isOpen(): boolean {
    return !this.destroyed && this.#conn !== undefined && this.#conn.socket.fd >= 0;
  }

  #isOverIp(): boolean {
    return this.localFamily !== undefined && this.#isOpen();
  }
}

/** The names of what a stream calls. */
const CALLED = ["read", "write", "closeWrite", "close"] as const;

function checkConn(conn: StreamConn): StreamConn {
  for (const name of CALLED) {
    if (typeof conn?.[name] === "function") continue;
    throw new TypeError(`Cannot make a stream as a connection must have ${name}(): current value is ${quoted(conn)}`);
  }
  return conn;
}

interface HostAddr {
  hostname?: unknown;
  port?: unknown;
}

function hostOf(addr: unknown): string | undefined {
  const { hostname } = (addr ?? {}) as HostAddr;
  return typeof hostname === "string" ? hostname : undefined;
}

function portOf(addr: unknown): number | undefined {
  const { port } = (addr ?? {}) as HostAddr;
  return typeof port === "number" ? port : undefined;
}

function familyOf(addr: unknown): string | undefined {
  return hostOf(addr)?.replace(/^.*:.*$/, "IPv6").replace(/^[\d.]+$/, "IPv4");
}

import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import type { NetAddr } from "../inet/addresses/addr.ts";
import { tcpAddrCodec } from "../inet/addresses/addr_codec.ts";
import { connectStream } from "../inet/connect_stream.ts";
import { STREAM_CONNECT_OPTIONS, type StreamConnectOptions } from "../inet/stream_options.ts";
import { Conn } from "../socket/conn.ts";
import type { Socket } from "../socket/socket.ts";
import { type WaitOptions, waitOptionsOf } from "../socket/wait_options.ts";
import { openSmc, type SmcOpenOptions } from "./open_smc.ts";
import { guardSmcOptions } from "./smc_option.ts";
import { isTcp, requireSmc, type SmcStatus, smcStatus } from "./smc_status.ts";

/** What to do with connections that fell back to TCP, and how SMC connections end. */
export interface SmcConnOptions {
  /**
   * Whether to allow a connection that fell back to TCP, or to refuse it: it is then closed, with an error that gives
   * the reason.
   *
   * @default {"allow"}
   */
  fallback?: "allow" | "refuse";
  /**
   * Milliseconds for which {@linkcode SmcConn.close} and {@linkcode SmcConn.closeWrite} wait for the peer to take the
   * written data. The rest is lost.
   *
   * @default {30000}
   */
  drainTimeout?: number;
}

/** Options of {@linkcode SmcConn.connect}. */
export interface SmcConnectOptions extends StreamConnectOptions, SmcOpenOptions, SmcConnOptions {}

/** The names of {@linkcode SmcConnOptions} and {@linkcode SmcOpenOptions}. */
export const SMC_OPTIONS: OptionNames<SmcConnOptions & SmcOpenOptions> = {
  drainTimeout: true,
  fallback: true,
  unsupported: true,
};
const CONNECT_OPTIONS: OptionNames<SmcConnectOptions> = { ...STREAM_CONNECT_OPTIONS, ...SMC_OPTIONS };
const CONN_OPTIONS: OptionNames<Pick<SmcConnOptions, "drainTimeout">> = { drainTimeout: true };

const DRAIN_TIMEOUT = 30_000;

/**
 * An AF_SMC connection: shared memory if both ends support it, TCP if one does not. {@linkcode smc} returns which.
 *
 * This class handles two differences from TCP: the end of the connection, which would freeze the program and lose data
 * ({@linkcode close}), and the remote address, which the kernel forgets. Other differences remain:
 *
 * - Buffers are small: 64 KiB on each side. `configure` may set `SO_SNDBUF` before connecting; connections do not
 *   inherit a listener's `SO_RCVBUF`, but `/proc/sys/net/smc/rmem` applies to all.
 * - Writing to a connection that the peer closed fails immediately with `ECONNRESET`; TCP accepts the first write.
 * - `TCP_FASTOPEN` and related options would make a connection fall back to TCP, and so would any other option with the
 *   numbers 23, 30, 33 and 34 at a level other than `SOL_SOCKET`: `socket.set()` refuses them while it is SMC. The kernel
 *   refuses `SO_REUSEPORT`, `SO_ZEROCOPY` and `TCP_ULP` (`EOPNOTSUPP`). `TCP_INFO` and most other TCP options refer to the
 *   TCP connection of the handshake, and say nothing about the data.
 * - `socket.shutdown(SHUT_RD)` does not wake a waiting read; {@linkcode close} does.
 * - For urgent data, use `socket.send(byte, { flags: MSG_OOB })` and `socket.recv(buffer, { flags: MSG_OOB })`, as in
 *   TCP.
 * - A program that exits before {@linkcode closed} is settled, also by `Deno.exit()`, loses the data that the peer
 *   has not taken.
 * - A descriptor from {@linkcode detach} has none of this: its close(2) waits up to 2 s, then drops up to 64 KiB, and
 *   the peer sees a clean end.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/af_smc.7.html | af_smc(7)}
 *
 * @example Usage
 * ```ts
 * import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("Hello, world"));
 * assertEquals(await server.read(new Uint8Array(1024)), 12);
 * const { mode, fallback } = await client.smc();
 * assert(mode !== "tcp" || fallback?.reason !== undefined);
 * ```
 */
export class SmcConn extends Conn<NetAddr> implements AsyncDisposable {
  readonly #drainTimeout: number;
  #closed: Promise<void> | undefined;
  #whenClosed: ((closing: Promise<void>) => void) | undefined;

  /**
   * Makes a connection of a connected AF_SMC socket, and takes ownership of it.
   *
   * @param socket The socket.
   * @param options How the connection ends.
   * @throws {RangeError} If `drainTimeout` is below 0.
   */
  constructor(socket: Socket, options: Pick<SmcConnOptions, "drainTimeout"> = {}) {
    options = checkOptions("make a connection", options, CONN_OPTIONS);
    checkSmcOptions(options);
    super(socket, tcpAddrCodec);
    this.#drainTimeout = options.drainTimeout ?? DRAIN_TIMEOUT;
    guardSmcOptions(socket);
  }

  /**
   * Connects to a host. It races the addresses of a name as RFC 8305 describes. Permission: `--allow-ffi`.
   *
   * @param options The address to connect to, how long to wait, and what to do if the kernel or the peer has no AF_SMC.
   * @returns The connection.
   * @throws {TypeError | RangeError} If an option is invalid.
   * @throws {SystemError} If the kernel has no AF_SMC (`EAFNOSUPPORT`), no address answers, such as `ECONNREFUSED`, or a
   * fallback is refused (`EPROTONOSUPPORT`, an {@linkcode SmcFallbackError}).
   */
  static async connect(options: SmcConnectOptions): Promise<SmcConn> {
    checkArgumentCount("connect", arguments.length, "{ hostname, port, signal, timeout, … }");
    options = checkOptions("connect", options, CONNECT_OPTIONS);
    checkSmcOptions(options);
    const { unsupported = "throw", fallback = "allow", drainTimeout = DRAIN_TIMEOUT, ...stream } = options;
    const socket = await connectStream((family) => openSmc(family, { unsupported }), stream);
    if (fallback === "refuse") await requireSmc(socket, "connect", waitOptionsOf(options));
    return new SmcConn(socket, { drainTimeout });
  }

  /**
   * Whether the connection is really SMC, and if not, why. The cost grows with the number of SMC sockets on the system,
   * since the kernel can only list them all.
   *
   * @param options How long to wait.
   * @returns The mode; if it is TCP, also both sides' reasons and advice.
   * @throws {SystemError} If the connection is closed (`EBADF`), or the kernel lacks `smc_diag` (`EAFNOSUPPORT`).
   */
  smc(options?: WaitOptions): Promise<SmcStatus> {
    if (arguments.length > 1) return refuseArguments("call smc", arguments.length, "{ signal, timeout }");
    return smcStatus(this.socket, options);
  }

  /**
   * Ends the sending direction once the peer has taken all data written before.
   *
   * @param options How long to wait. Default: the connection's `drainTimeout`. After an error you may try again.
   * @throws {SystemError} If the peer is gone (`EPIPE`).
   * @throws {DOMException} `TimeoutError` if the peer does not take all data in time.
   */
  override async closeWrite(options: WaitOptions = {}): Promise<void> {
    checkArgumentCount("call closeWrite", arguments.length, "{ signal, timeout }");
    const drained = this.socket.fd >= 0 && !isTcp(this.socket);
    await this.socket.closeWrite(drained ? { timeout: this.#drainTimeout, ...options, drained } : options);
  }

  /**
   * Closes the connection and rejects pending operations. With SMC it keeps the descriptor open, and the program alive,
   * until the peer has taken all written data: close(2) would block the whole program for that, and drop the rest after
   * 2 s. {@linkcode closed} settles when it is done. Closing again does nothing.
   */
  override close(): void {
    checkArgumentCount("call close", arguments.length);
    if (this.socket.fd < 0) return;
    if (isTcp(this.socket)) {
      super.close();
      this.#settle(Promise.resolve());
    } else {
      this.#settle(this.socket.closeDrained(this.#drainTimeout));
    }
  }

  /**
   * Fulfilled when the connection is closed and the peer has taken all written data, or when {@linkcode detach} has
   * released the descriptor. Rejected if the peer did not take it within `drainTimeout` (a `TimeoutError`), or is gone
   * (`EPIPE`). You may ignore it.
   */
  get closed(): Promise<void> {
    return this.#closed ??= new Promise((resolve) => this.#whenClosed = resolve);
  }

  /**
   * Releases the descriptor: from now on the caller owns it, and must close it with close(2).
   *
   * @returns The descriptor, non-blocking.
   */
  override detach(): number {
    checkArgumentCount("call detach", arguments.length);
    const fd = super.detach();
    this.#settle(Promise.resolve());
    return fd;
  }

  /** Closes the connection at the end of an `await using` block, and waits until the peer has taken all data. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.closed;
  }

  #settle(closing: Promise<void>): void {
    closing.catch(() => {}); // whoever reads `closed` gets the error; a program that does not must not end by it
    if (this.#whenClosed === undefined) this.#closed = closing;
    else {
      this.#closed?.catch(() => {}); // the same, for the promise that was given out before
      this.#whenClosed(closing);
    }
  }
}

/** Refuses invalid options before any system call. */
export function checkSmcOptions(options: SmcConnOptions & SmcOpenOptions): void {
  const { fallback = "allow", unsupported = "throw", drainTimeout = DRAIN_TIMEOUT } = options;
  if (fallback !== "allow" && fallback !== "refuse") {
    throw new TypeError(`Cannot use fallback as it must be allow or refuse: current value is ${quoted(fallback)}`);
  }
  if (unsupported !== "throw" && unsupported !== "tcp") {
    throw new TypeError(`Cannot use unsupported as it must be throw or tcp: current value is ${quoted(unsupported)}`);
  }
  if (typeof drainTimeout === "number" && drainTimeout >= 0) return;
  throw new RangeError(
    `Cannot use drainTimeout as it must be 0 or more milliseconds: current value is ${quoted(drainTimeout)}`,
  );
}

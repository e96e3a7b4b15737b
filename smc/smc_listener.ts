import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import type { NetAddr } from "../inet/addresses/addr.ts";
import { tcpAddrCodec } from "../inet/addresses/addr_codec.ts";
import { listenStream } from "../inet/listen_stream.ts";
import { STREAM_LISTEN_OPTIONS, type StreamListenOptions } from "../inet/stream_options.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { WAIT_OPTIONS, type WaitOptions, waitOptionsOf } from "../socket/wait_options.ts";
import { openSmc, type SmcOpenOptions } from "./open_smc.ts";
import { checkSmcOptions, SMC_OPTIONS, SmcConn, type SmcConnOptions } from "./smc_conn.ts";
import { isFallbackError, requireSmc } from "./smc_status.ts";

/** Options of {@linkcode SmcListener.listen}. The kernel refuses `reusePort` (`EOPNOTSUPP`). */
export interface SmcListenOptions extends StreamListenOptions, SmcOpenOptions, SmcConnOptions {}

/** Options of {@linkcode SmcListener.accept}. */
export interface SmcAcceptOptions extends WaitOptions, Pick<SmcConnOptions, "fallback"> {}

const LISTEN_OPTIONS: OptionNames<SmcListenOptions> = { ...STREAM_LISTEN_OPTIONS, ...SMC_OPTIONS };
const LISTENER_OPTIONS: OptionNames<SmcConnOptions> = { drainTimeout: true, fallback: true };
const ACCEPT_OPTIONS: OptionNames<SmcAcceptOptions> = { ...WAIT_OPTIONS, fallback: true };

/**
 * An AF_SMC listener. It also accepts peers without SMC: their connections are TCP, unless `fallback` is `"refuse"`.
 *
 * To serve HTTP on it, use `serveHttp()` or `serveNode()` of `./node`, which lose nothing
 * (`examples/http_over_smc.ts`).
 *
 * A server that adopts the descriptor, with `listenOn()` or `server.listen({ fd: listener.detach() })`, is faster. But
 * then the runtime closes the connections: if an SMC connection is closed right after a long answer, as with
 * `Connection: close`, the program blocks for up to 2 s and the end of the answer may be lost. Kept-alive connections
 * are safe.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/af_smc.7.html | af_smc(7)}
 *
 * @example Usage
 * ```ts
 * import { SmcListener } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * assert(listener.addr.port > 0);
 * ```
 */
export class SmcListener extends Listener<NetAddr, SmcConn> {
  readonly #fallback: "allow" | "refuse";
  readonly #connOf: (accepted: Socket) => SmcConn;

  /**
   * Makes a listener of a listening AF_SMC socket, and takes ownership of it.
   *
   * @param socket The socket.
   * @param options What to do with connections that fell back to TCP, and how connections end.
   * @throws {TypeError | RangeError} If an option is invalid.
   */
  constructor(socket: Socket, options: SmcConnOptions = {}) {
    options = checkOptions("make a listener", options, LISTENER_OPTIONS);
    checkSmcOptions(options);
    const { fallback = "allow", ...connOptions } = options;
    const connOf = (accepted: Socket): SmcConn => new SmcConn(accepted, connOptions);
    super(socket, tcpAddrCodec, connOf);
    this.#fallback = fallback;
    this.#connOf = connOf;
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options The address to listen on, how to listen, and what to do if the kernel or a peer has no AF_SMC.
   * @returns The listener.
   * @throws {TypeError | RangeError} If an option is invalid.
   * @throws {SyntaxError} If the hostname is neither numeric nor `localhost`.
   * @throws {SystemError} If the kernel has no AF_SMC (`EAFNOSUPPORT`), or refuses the address, such as `EADDRINUSE`.
   */
  static listen(options: SmcListenOptions = {}): SmcListener {
    checkArgumentCount("listen", arguments.length, "{ hostname, port, … }");
    options = checkOptions("listen", options, LISTEN_OPTIONS);
    checkSmcOptions(options);
    const { unsupported = "throw", fallback, drainTimeout, ...stream } = options;
    const socket = listenStream((family) => openSmc(family, { unsupported }), stream);
    return new SmcListener(socket, {
      ...(fallback === undefined ? {} : { fallback }),
      ...(drainTimeout === undefined ? {} : { drainTimeout }),
    });
  }

  /**
   * Waits for a connection.
   *
   * @param options How long to wait, and what to do with a connection that fell back to TCP. Default: the listener's
   * options.
   * @returns The connection, which the caller owns.
   * @throws {SystemError} If the listener is closed (`EBADF`), or a fallback is refused (`EPROTONOSUPPORT`, an
   * {@linkcode SmcFallbackError}): the connection is then closed, and the listener continues.
   */
  override async accept(options?: SmcAcceptOptions): Promise<SmcConn> {
    checkArgumentCount("call accept", arguments.length, "options");
    if (options !== undefined) options = checkOptions("accept", options, ACCEPT_OPTIONS);
    const { fallback = this.#fallback } = options ?? {};
    checkSmcOptions({ fallback });
    const wait = waitOptionsOf(options ?? {});
    const socket = await this.socket.accept(wait);
    if (fallback === "refuse") await requireSmc(socket, "accept", wait);
    return this.#connOf(socket);
  }

  /**
   * The connections, until the listener is closed; it skips those whose fallback is refused. Leaving a `for await`
   * loop closes the listener.
   */
  override [Symbol.asyncIterator](): AsyncIterableIterator<SmcConn> {
    const all = super[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<SmcConn>> => {
      for (;;) {
        try {
          return await all.next();
        } catch (error) {
          if (!isFallbackError(error)) throw error;
        }
      }
    };
    return { ...all, next };
  }
}

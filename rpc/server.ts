import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkFunction } from "../checks/check_function.ts";
import { quoted } from "../checks/quoted.ts";
import type { RpcApi, RpcHandlers } from "./api.ts";
import type { RpcConn, RpcListener, RpcMessageConn } from "./conn.ts";
import { frameFormat } from "./frame.ts";
import type { Handler, Host } from "./_handler.ts";
import { Load } from "./_load.ts";
import { replyHead } from "./_reply.ts";
import { checkServerOptions, limitsOf, type RpcServerOptions } from "./server_options.ts";
import { Session } from "./_session.ts";

/** Milliseconds to wait after accept(2) has failed for lack of memory or descriptors. */
const SHORTAGE = 100;

/**
 * Errors after which accept(2) may succeed again, and when to retry: immediately, if the error is that of one
 * connection.
 */
const RETRY: Partial<Record<string, number>> = {
  EMFILE: SHORTAGE,
  ENFILE: SHORTAGE,
  ENOBUFS: SHORTAGE,
  ENOMEM: SHORTAGE,
  ECONNABORTED: 0,
  ECONNRESET: 0,
  EHOSTDOWN: 0,
  EHOSTUNREACH: 0,
  ENETDOWN: 0,
  ENETUNREACH: 0,
  ENONET: 0,
  ENOPROTOOPT: 0,
  ENOTCONN: 0, // Deno reads the peer's address, which is gone after a reset
  EPERM: 0,
  EPROTO: 0,
  EPROTONOSUPPORT: 0, // SmcListener has refused a connection that fell back to TCP
  ETIMEDOUT: 0,
};
const LONGEST_TICK = 250;

/** The estimated size of a function's reply before its first one, in bytes. */
const USUAL = 8 * 1024;

/**
 * Serves calls over the connections of a listener.
 *
 * A connection may carry many calls without waiting: their handlers start in the order of the calls and run
 * concurrently, and the replies come in the order of the calls. A handler's exception causes only an error reply to its
 * call. A frame that is invalid or takes too long ends its connection after an error reply. The limits of
 * {@linkcode RpcServerOptions} are on by default.
 *
 * @example Serve two functions
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { RpcClient, RpcServer } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * interface Sums {
 *   ADD(params: number[]): number;
 *   NEGATE(params: number): number;
 * }
 *
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * await using _server = RpcServer.serve<Sums>(listener, {
 *   ADD: (numbers) => numbers.reduce((sum, number) => sum + number, 0),
 *   NEGATE: async (number) => -number,
 * });
 * using client = new RpcClient<Sums>(await TcpConn.connect(listener.addr));
 * assertEquals(await Promise.all([client.call("ADD", [1, 2, 3]), client.call("NEGATE", 4)]), [6, -4]);
 * ```
 */
export class RpcServer {
  readonly #listener: RpcListener;
  readonly #host: Host;
  readonly #sessions = new Set<Session>();
  #isStopping = false;
  #isListening = true;
  #changed: (() => void) | undefined;
  #clock: ReturnType<typeof setTimeout> | undefined;
  /** Resolves when the server has stopped; rejects with the error of the listener that ended it. */
  readonly finished: Promise<void>;

  private constructor(listener: RpcListener, host: Host) {
    this.#listener = listener;
    this.#host = host;
    this.finished = this.#run();
    this.finished.catch(() => {}); // those who await it still get the error
  }

  /**
   * Starts serving, and takes ownership of the listener.
   *
   * @typeParam Api The interface that the handlers implement.
   * @param listener The source of connections.
   * @param handlers A function for each name. Only own, enumerable properties can be called, not inherited ones.
   * @param options The frame format and the limits.
   * @throws {TypeError | RangeError} If an option, a handler or the listener is invalid.
   */
  static serve<Api extends RpcApi<Api>>(
    listener: RpcListener,
    handlers: RpcHandlers<Api>,
    options: RpcServerOptions = {},
  ): RpcServer {
    checkArgumentCount("call serve", arguments.length, "listener", "handlers", "options");
    options = checkServerOptions(options);
    const limits = limitsOf(options);
    const { onError = () => {} } = options;
    checkFunction("serve", "onError", onError);
    if (typeof listener?.accept !== "function") {
      const value = Object.prototype.toString.call(listener);
      throw new TypeError(`Cannot serve as the listener must have accept: current value is ${value}`);
    }
    return new RpcServer(listener, {
      format: frameFormat(options),
      limits,
      handlers: handlersByName(handlers),
      load: new Load(limits),
      onError,
    });
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sessions.size;
  }

  /**
   * Stops gracefully: accepts and reads no more, finishes the calls in flight, then ends every connection. A handler
   * that never settles keeps it waiting until {@linkcode RpcServer.close}; a peer that reads no replies, for
   * `idleTimeout`. A handler may call it, but must not await it: it would wait for itself.
   */
  shutdown(): Promise<void> {
    if (arguments.length > 0) return refuseArguments("call shutdown", arguments.length);
    this.#stopListening();
    for (const session of this.#sessions) void session.end();
    return this.finished;
  }

  /** Stops immediately: closes the listener and every connection, without replies to the calls in flight. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    this.#stopListening();
    for (const session of this.#sessions) session.close();
  }

  /** Stops gracefully, see {@linkcode RpcServer.shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopping) {
        const conn = await this.#accept();
        if (conn !== undefined) this.#open(conn);
        while (this.#sessions.size >= this.#host.limits.maxConnections && !this.#isStopping) await this.#change();
      }
    } finally {
      this.#stopListening();
      while (this.#sessions.size > 0) await this.#change();
      clearTimeout(this.#clock);
    }
  }

  async #accept(): Promise<RpcConn | RpcMessageConn | undefined> {
    try {
      return await this.#listener.accept();
    } catch (error) {
      if (this.#isStopping) return undefined;
      const delay = RETRY[codeOf(error)];
      if (delay === undefined) throw error;
      if (delay > 0) this.#host.onError(error, undefined);
      await new Promise((resolve) => setTimeout(resolve, delay));
      return undefined;
    }
  }

  #open(conn: RpcConn | RpcMessageConn): void {
    if (this.#isStopping) return conn.close();
    const session = new Session(conn, this.#host);
    this.#sessions.add(session);
    this.#startClock();
    void session.run().then(() => {
      this.#sessions.delete(session);
      this.#changed?.();
    });
  }

  #stopListening(): void {
    this.#isStopping = true;
    if (this.#isListening) {
      this.#isListening = false;
      try {
        this.#listener.close();
      } catch {
        // Deno's listeners cannot be closed twice: other code has closed it.
      }
    }
    this.#changed?.();
  }

  /** Waits until a connection has ended or the server must stop. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed = resolve);
  }

  /** Lets the sessions check the time, as long as there are any. */
  #startClock(): void {
    if (this.#clock !== undefined) return;
    const { idleTimeout, frameTimeout } = this.#host.limits;
    this.#clock = setTimeout(() => {
      this.#clock = undefined;
      const now = performance.now();
      for (const session of this.#sessions) session.tick(now);
      this.#host.load.relieve();
      this.#host.load.wake();
      if (this.#sessions.size > 0) this.#startClock();
    }, Math.min(idleTimeout / 4, frameTimeout / 4, LONGEST_TICK));
  }
}

function handlersByName<Api>(handlers: RpcHandlers<Api>): Map<unknown, Handler> {
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(`Cannot serve as the handlers must be an object: current value is ${quoted(handlers)}`);
  }
  const named = new Map<unknown, Handler>();
  for (const [name, run] of Object.entries<unknown>(handlers)) {
    checkFunction("serve", name, run);
    named.set(name, { run: (params) => run.call(handlers, params), head: replyHead(name), usual: USUAL, time: 0 });
  }
  return named;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

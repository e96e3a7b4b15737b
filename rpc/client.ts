import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkSignal } from "../checks/check_signal.ts";
import { onAbort } from "../checks/on_abort.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { timeoutError } from "../checks/timeout_error.ts";
import type { AnyRpcApi, RpcApi, RpcFunc, RpcParams, RpcResult } from "./api.ts";
import type { RpcConn, RpcMessageConn } from "./conn.ts";
import { frameFormatOf, type FrameOptions } from "./frame.ts";
import { FrameWriter } from "./_frame_writer.ts";
import { parseReply, resultOf } from "./_reply.ts";
import { RpcClosedError } from "./rpc_closed_error.ts";
import { openTransport } from "./_open_transport.ts";
import type { Transport } from "./_transport.ts";
import { nextTurn, PORTION, turnIsOver } from "./_turn.ts";

/** The longest time of a timer: 24 days. */
const LONGEST_TIMER = 0x7fffffff;

const CALL_OPTIONS: OptionNames<RpcCallOptions> = { signal: true, timeout: true };

/** Options of {@linkcode RpcClient.call}. */
export interface RpcCallOptions {
  /** Stops waiting for the reply: the call rejects with the signal's reason, and the connection stays usable. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait for the reply; after that the call rejects with a `TimeoutError`.
   *
   * @default {Infinity}
   */
  timeout?: number;
}

interface Pending {
  readonly func: string;
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  /** Whether the caller no longer waits: the reply is dropped when it arrives. */
  isSettled: boolean;
  /** Removes the timer and the listener of the signal. */
  release: (() => void) | undefined;
  /** The call after this one, while neither has a reply. */
  next: Pending | undefined;
}

/**
 * Calls the functions of a server over one connection.
 *
 * You need not wait for earlier calls: calls made in the same turn are sent in one write, and the replies come in the
 * order of the calls. When the connection ends, every call without a reply rejects with an {@linkcode RpcClosedError},
 * and so does every later call; the client does not reconnect. An aborted call may still run on the server.
 *
 * @typeParam Api The interface of the server; without one, every name and parameter is allowed.
 *
 * @example Call a server
 * ```ts
 * import { type Dictionary, dictionary } from "@berkeley/sockets/dictionary";
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { RpcClient, RpcServer } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * await using _server = RpcServer.serve(listener, dictionary());
 * using client = new RpcClient<Dictionary>(await TcpConn.connect(listener.addr));
 * await client.call("PUT", { obj: "colour", val: "blue" });
 * assertEquals(await client.call("GET", { obj: "colour" }), { obj: "colour", val: "blue" });
 * ```
 */
export class RpcClient<Api extends RpcApi<Api> = AnyRpcApi> {
  readonly #transport: Transport;
  readonly #writer: FrameWriter;
  /** The calls without a reply, as a linked list: removing the first element of a very long array is slow. */
  #oldest: Pending | undefined;
  #newest: Pending | undefined;
  #end: RpcClosedError | undefined;

  /**
   * Starts on a connection, and takes ownership of it.
   *
   * @param conn A connection to the server.
   * @param options The frame format; `maxLength` limits calls and replies.
   * @throws {TypeError | RangeError} If an option is invalid, or `conn` is not a connection.
   */
  constructor(conn: RpcConn | RpcMessageConn, options: FrameOptions = {}) {
    this.#transport = openTransport(conn, frameFormatOf("make an RpcClient", options));
    this.#writer = new FrameWriter(this.#transport, () => {});
    void this.#receive();
  }

  /**
   * Calls a function of the server.
   *
   * @param func Its name.
   * @param params Its parameter, a JSON value.
   * @returns Its result.
   * @throws {RpcError} If the server replies with an error.
   * @throws {RpcClosedError} If the connection ends before the reply.
   * @throws {FrameError} If the call is longer than the limit.
   * @throws {SyntaxError} If the reply is not JSON in UTF-8, or is nested deeper than 200 levels.
   * @throws {TypeError} If the name is not a string, or the parameters cannot be JSON.
   * @throws {RangeError} If the timeout is below 0.
   * @throws {DOMException} `TimeoutError` after the timeout, or the signal's reason.
   */
  call<Func extends RpcFunc<Api>>(
    func: Func,
    params: RpcParams<Api, Func>,
    options: RpcCallOptions = {},
  ): Promise<RpcResult<Api, Func>> {
    if (arguments.length > 3) return refuseArguments("call call", arguments.length, "func", "params", "options");
    return new Promise((resolve, reject) => {
      options = checkOptions("call", options, CALL_OPTIONS);
      const { signal, timeout = Infinity } = options;
      if (typeof func !== "string") {
        throw new TypeError(`Cannot call: func must be a string: current value is ${quoted(func)}`);
      }
      if (typeof timeout !== "number" || !(timeout >= 0)) {
        throw new RangeError(
          `Cannot call: timeout must be 0 or more milliseconds: current value is ${quoted(timeout)}`,
        );
      }
      checkSignal(signal);
      signal?.throwIfAborted();
      const json: string | undefined = JSON.stringify(params ?? null);
      if (json === undefined) throw new TypeError(`Cannot call ${func} as its parameters cannot be JSON`);
      signal?.throwIfAborted(); // a toJSON() or getter of the parameters may abort the call, or close the client
      if (this.#end !== undefined) throw closedBefore(func, this.#end);
      this.#writer.put([`{"func":${JSON.stringify(func)},"params":${json}}`]);
      const pending: Pending = { func, resolve, reject, isSettled: false, release: undefined, next: undefined };
      if (signal !== undefined || timeout !== Infinity) giveUpOn(pending, signal, timeout);
      if (this.#newest === undefined) this.#oldest = pending;
      else this.#newest.next = pending;
      this.#newest = pending;
      this.#writer.flushSoon();
    });
  }

  /** Closes the connection; the calls without a reply reject with an {@linkcode RpcClosedError}. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    this.#finish(new RpcClosedError("the client was closed"));
  }

  /** Closes the connection, see {@linkcode RpcClient.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #receive(): Promise<void> {
    try {
      while (await this.#transport.fill()) {
        let replies = 0;
        for (let body = this.#transport.next(); body !== undefined; body = this.#transport.next()) {
          this.#answer(body);
          if (++replies % PORTION === 0) await undefined; // lets the callers continue and call again
          if (turnIsOver()) await nextTurn(this);
        }
        if (turnIsOver()) await nextTurn(this);
      }
      this.#transport.end();
      this.#finish(new RpcClosedError("the server ended the connection", { cause: this.#writer.error }));
    } catch (error) {
      const cause = this.#writer.error ?? error; // a failed write closes the connection, and so ends the read
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#finish(new RpcClosedError(`the connection failed: ${reason}`, { cause }));
    }
  }

  #answer(body: Uint8Array): void {
    const pending = this.#oldest;
    if (pending === undefined) throw new TypeError("a reply arrived without a call");
    if (pending.isSettled) return this.#advance(pending);
    let reply;
    try {
      reply = parseReply(body);
    } catch (error) {
      this.#advance(pending); // the next reply starts at its own frame boundary
      return settle(pending, () => pending.reject(unreadable(pending.func, error)));
    }
    const answer = resultOf(reply, pending.func);
    if (answer === undefined) throw new TypeError(`a reply arrived that does not match the call of ${pending.func}`);
    this.#advance(pending);
    settle(pending, () => answer instanceof Error ? pending.reject(answer) : pending.resolve(answer.result as never));
  }

  #advance(answered: Pending): void {
    this.#oldest = answered.next;
    answered.next = undefined; // else an old call would keep all later ones in memory
    if (this.#oldest === undefined) this.#newest = undefined;
  }

  #finish(end: RpcClosedError): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#transport.close();
    for (let pending = this.#oldest; pending !== undefined; pending = pending.next) {
      const { func, reject } = pending;
      settle(pending, () => reject(closedBefore(func, end)));
    }
    this.#oldest = this.#newest = undefined;
  }
}

function settle(pending: Pending, how: () => void): void {
  if (pending.isSettled) return;
  pending.isSettled = true;
  pending.release?.();
  how();
}

function giveUpOn(pending: Pending, signal: AbortSignal | undefined, timeout: number): void {
  function onTimeout(): void {
    settle(pending, () => pending.reject(timeoutError(`call ${pending.func}`, timeout)));
  }
  const stop = onAbort(signal, () => settle(pending, () => pending.reject(signal?.reason)));
  const timer = timeout === Infinity ? undefined : setTimeout(onTimeout, Math.min(timeout, LONGEST_TIMER));
  pending.release = () => {
    clearTimeout(timer);
    stop();
  };
}

function unreadable(func: string, cause: unknown): SyntaxError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SyntaxError(`Cannot call ${func}: its reply cannot be read: ${reason}`, { cause });
}

function closedBefore(func: string, end: RpcClosedError): RpcClosedError {
  return new RpcClosedError(`Cannot call ${func}: ${end.message}`, { cause: end.cause });
}

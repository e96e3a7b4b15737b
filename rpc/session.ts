import type { RpcConn, RpcMessageConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";
import { FrameError } from "./frame_error.ts";
import { FrameWriter } from "./frame_writer.ts";
import { ERROR_REPLY, errorReply, okReply, parseCall, replyHead, UNKNOWN_FUNCTION } from "./reply.ts";
import { type Reply, ReplyQueue } from "./reply_queue.ts";
import { RpcError } from "./rpc_error.ts";
import type { RpcLimits } from "./server_options.ts";
import { openTransport, PORTION, type Transport } from "./transport.ts";

/** Replies that a peer may leave unread before its calls are no longer read. */
const HIGH_WATER = 1024 * 1024;

/** How long a connection that was ended waits for its peer to end it too, so that the last replies arrive. */
const LINGER = 1000;

/** One function: what runs it, and the text before its result. */
export interface Handler {
  readonly run: (params: never) => unknown;
  readonly head: string;
}

/** What all sessions of a server share. */
export interface Host {
  readonly format: FrameFormat;
  readonly limits: RpcLimits;
  readonly handlers: ReadonlyMap<unknown, Handler>;
  /** Handlers that have not settled, of all connections. */
  calls: number;
  /** Bytes of incomplete frames, of all connections. */
  buffered: number;
  /** Sessions that wait for `calls` to fall. */
  readonly crowd: Set<Session>;
  readonly onError: (error: unknown) => void;
}

/** Serves the calls of one connection, and answers them in order. */
export class Session {
  readonly #host: Host;
  readonly #transport: Transport;
  readonly #writer: FrameWriter;
  readonly #replies = new ReplyQueue((reply) => this.#put(reply));
  #wake: (() => void) | undefined;
  #hasCalled = false;
  #isEnding = false;
  #isClosed = false;
  /** For the clock: whether bytes have moved since its last tick, when they last did, and since when a frame is incomplete. */
  #hasMoved = true;
  #movedAt = 0;
  #isPartial = false;
  #partialSince: number | undefined;
  #closeAt = Infinity;
  #buffered = 0;

  constructor(conn: RpcConn | RpcMessageConn, host: Host) {
    this.#host = host;
    this.#transport = openTransport(conn, host.format);
    this.#writer = new FrameWriter(this.#transport, () => {
      this.#hasMoved = true;
      this.wake();
    });
  }

  /** Serves until the connection has ended; never rejects. */
  async run(): Promise<void> {
    try {
      let isOpen = true;
      while (isOpen && !this.#isEnding) {
        isOpen = await this.#transport.fill();
        if (!isOpen || this.#isEnding) break;
        this.#hasMoved = true;
        await this.#serve();
      }
      if (!this.#isEnding) this.#answerEnd();
      while (isOpen) isOpen = await this.#transport.skip();
      await this.#allWritten();
    } catch {
      // The connection failed: there is nobody to tell.
    } finally {
      this.close();
    }
  }

  /** Reads no more calls, finishes those in flight, then ends the connection. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.wake();
    await undefined; // a handler may have asked for it: its own call is in flight once it has returned
    await this.#allWritten();
    if (this.#isClosed) return;
    if (this.#transport.closeWrite === undefined) return this.close();
    try {
      await this.#transport.closeWrite();
      this.#closeAt = performance.now() + LINGER;
    } catch {
      this.close();
    }
  }

  /** Closes the connection at once; the handlers that run have nobody to answer. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isEnding = true;
    this.#host.buffered -= this.#buffered;
    this.#buffered = 0;
    this.#transport.close();
    this.wake();
  }

  /** Goes on after something it may wait for. */
  wake(): void {
    this.#wake?.();
  }

  /** Closes what has been idle, incomplete or ended for too long; called every few moments. */
  tick(now: number): void {
    if (this.#hasMoved) {
      this.#hasMoved = false;
      this.#movedAt = now;
    }
    if (now >= this.#closeAt) return this.close();
    if (this.#replies.length === 0 && now - this.#movedAt >= this.#host.limits.idleTimeout) return this.close();
    if (!this.#isPartial || this.#isEnding) return;
    this.#partialSince ??= now;
    if (now - this.#partialSince >= this.#host.limits.frameTimeout) this.#refuse();
  }

  /** Runs the calls that have arrived, no more at a time than may be in flight. */
  async #serve(): Promise<void> {
    let calls = 0;
    try {
      for (let body = this.#transport.next(); body !== undefined; body = this.#transport.next()) {
        this.#isPartial = false;
        this.#partialSince = undefined;
        this.#hasCalled = true;
        while (this.#isCrowded() && !this.#isEnding) await this.#room();
        if (this.#isEnding) return this.#writer.flush();
        this.#call(body);
        if (++calls % PORTION !== 0) continue;
        this.#writer.flush();
        await undefined; // the write goes on
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return this.#refuse();
    }
    this.#isPartial = this.#transport.buffered > 0;
    this.#countBuffered();
    this.#writer.flush();
  }

  #countBuffered(): void {
    const grown = this.#transport.buffered - this.#buffered;
    this.#buffered += grown;
    this.#host.buffered += grown;
    if (grown > 0 && this.#host.buffered > this.#host.limits.maxBuffered) this.#refuse();
  }

  #call(body: Uint8Array): void {
    try {
      const call = parseCall(body);
      if (call === undefined) return this.#replies.add(ERROR_REPLY);
      const handler = this.#host.handlers.get(call.func);
      if (handler === undefined) return this.#replies.add(unknownFunctionReply(call.func));
      const result = handler.run(call.params as never);
      if (isThenable(result)) this.#await(handler, result);
      else this.#replies.add(replyOf(handler, result));
    } catch (error) {
      this.#replies.add(this.#replyOfError(error));
    }
  }

  /** Keeps the place of a reply until its handler settles. */
  #await(handler: Handler, result: PromiseLike<unknown>): void {
    const answer = this.#replies.reserve();
    this.#host.calls++;
    const settle = (reply: Reply): void => {
      this.#host.calls--;
      answer(reply);
      this.#writer.flushSoon();
      for (const session of this.#host.crowd) session.wake(); // the one that waits longest is first
      this.wake();
    };
    // Not every thenable is a promise: one may throw here, or give nothing.
    Promise.resolve(result).then((value) => replyOf(handler, value)).then(
      settle,
      (error) => settle(this.#replyOfError(error)),
    );
  }

  #put(reply: Reply): void {
    if (this.#isClosed) return;
    try {
      this.#writer.put(reply);
    } catch (error) {
      if (reply === ERROR_REPLY) return this.close(); // the limit does not even leave room for this
      this.#host.onError(error);
      this.#put(ERROR_REPLY);
    }
  }

  #replyOfError(error: unknown): Reply {
    if (!(error instanceof RpcError)) this.#host.onError(error);
    return errorReply(error);
  }

  /** Answers bytes that are no call, or take too long to become one, and ends the connection. */
  #refuse(): void {
    this.#replies.add(ERROR_REPLY);
    this.#writer.flush();
    void this.end();
  }

  /** The document's server answers a connection that ends without a call, or inside one. */
  #answerEnd(): void {
    if (this.#hasCalled && this.#transport.buffered === 0) return;
    this.#replies.add(ERROR_REPLY);
    this.#writer.flush();
  }

  #isCrowded(): boolean {
    const { limits, calls } = this.#host;
    return this.#replies.length >= limits.maxCallsPerConnection || calls >= limits.maxCalls ||
      this.#writer.queued + this.#replies.held > HIGH_WATER;
  }

  /** Waits until there may be room: whoever wakes first takes it. */
  async #room(): Promise<void> {
    this.#writer.flush();
    this.#host.crowd.add(this);
    await this.#change();
    this.#host.crowd.delete(this);
  }

  async #allWritten(): Promise<void> {
    while ((this.#replies.length > 0 || this.#writer.queued > 0) && !this.#isClosed) await this.#change();
  }

  /** Waits until `wake`. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const earlier = this.#wake;
      this.#wake = () => {
        this.#wake = undefined;
        earlier?.();
        resolve();
      };
    });
  }
}

function replyOf(handler: Handler, result: unknown): Reply {
  return okReply(handler.head, JSON.stringify(result) ?? "null");
}

function unknownFunctionReply(func: unknown): Reply {
  return okReply(replyHead(func), JSON.stringify(UNKNOWN_FUNCTION));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

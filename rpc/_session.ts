import { timeoutError } from "../checks/timeout_error.ts";
import { FrameWriter } from "./_frame_writer.ts";
import { bytesOf, type Handler, type Host, isThenable, replyOf } from "./_handler.ts";
import { leastLength } from "./_least_length.ts";
import { type Burden, SMALL_REPLY } from "./_load.ts";
import { openTransport } from "./_open_transport.ts";
import { LITTLE, PATIENCE, Patience } from "./_patience.ts";
import {
  type Call,
  ERROR_REPLY,
  errorReply,
  okReply,
  parseCall,
  type Reply,
  replyHead,
  UNKNOWN_FUNCTION,
} from "./_reply.ts";
import { ReplyQueue } from "./_reply_queue.ts";
import type { Transport } from "./_transport.ts";
import { nextTurn, PORTION, turnIsOver } from "./_turn.ts";
import type { RpcConn, RpcMessageConn } from "./conn.ts";
import { FrameError } from "./frame_error.ts";
import { RpcError } from "./rpc_error.ts";

/** Bytes of replies that a peer may leave unread before the server stops reading its calls. */
const HIGH_WATER = 1024 * 1024;

/** The longest call that is parsed to find out how long its function takes. */
const PEEK = 1024;
/** Milliseconds from which on a function takes long, on average. */
const LONG = 1;

/** How long an ended connection waits for its peer to end it too, so that the last replies arrive. */
const LINGER = 1000;

/** Serves the calls of one connection, and answers them in order. */
export class Session implements Burden {
  readonly #host: Host;
  readonly #conn: RpcConn | RpcMessageConn;
  readonly #transport: Transport;
  readonly #writer: FrameWriter;
  readonly #replies = new ReplyQueue((reply) => this.#put(reply));
  #wake: (() => void) | undefined;
  #hasCalled = false;
  #isEnding = false;
  #isClosed = false;
  readonly #patience: Patience;
  /** The call that waits, and the function that it is for, once known. */
  #wanted: { body: Uint8Array; handler: Handler | undefined } | undefined;
  /** The weight of the running calls. */
  #running = 0;
  #buffered = 0;
  #leaving = 0;
  #pending = 0;

  constructor(conn: RpcConn | RpcMessageConn, host: Host) {
    this.#host = host;
    this.#conn = conn;
    this.#transport = openTransport(conn, host.format);
    this.#patience = new Patience(host.limits);
    this.#writer = new FrameWriter(this.#transport, (bytes) => {
      this.#patience.sent(bytes);
      this.#countPending();
      this.wake();
    });
    host.load.all.add(this);
  }

  get buffered(): number {
    return this.#buffered;
  }

  get pending(): number {
    return this.#pending;
  }

  get isStalled(): boolean {
    return this.#patience.isStalled;
  }

  /** Serves until the connection has ended; never rejects. */
  async run(): Promise<void> {
    try {
      let isOpen = true;
      while (isOpen && !this.#isEnding) {
        isOpen = await this.#transport.fill();
        if (!isOpen || this.#isEnding) break;
        this.#patience.received();
        await this.#serve();
        if (turnIsOver()) await nextTurn(this);
      }
      if (!this.#isEnding) this.#answerEnd();
      while (isOpen) {
        isOpen = await this.#transport.skip();
        if (turnIsOver()) await nextTurn(this);
      }
      await this.#allWritten();
    } catch {
      // The connection failed: there is no one to notify.
    } finally {
      this.close();
    }
  }

  /** Reads no more calls, finishes those in flight, then ends the connection. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#countBuffered(0);
    this.wake();
    await undefined; // a handler may have called this: its own call is in flight once it has returned
    await this.#allWritten();
    if (this.#isClosed) return;
    if (this.#transport.closeWrite === undefined) return this.close();
    try {
      await this.#transport.closeWrite();
      this.#patience.endWithin(LINGER);
    } catch { // the peer has reset it: there is no one to wait for
      this.close();
    }
  }

  /** Closes the connection immediately; the running handlers then have no one to reply to. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isEnding = true;
    this.#countBuffered(0);
    this.#countPending();
    this.#host.load.crowd.delete(this);
    this.#host.load.leave(-this.#leaving);
    this.#host.load.all.delete(this);
    this.#transport.close();
    this.wake();
  }

  refuse(reason: string): void {
    this.#refuse(new RpcError(reason));
  }

  drop(reason: string): void {
    this.#tell(new RpcError(reason));
    this.close();
  }

  wake(): void {
    this.#wake?.();
  }

  /** Closes a connection that has been idle, incomplete or ended for too long; called periodically. */
  tick(now: number): void {
    const unsent = this.#writer.queued;
    // A call waits for room, unless its own peer is what it waits for.
    const awaits = this.#replies.length > 0 || (unsent === 0 && this.#host.load.crowd.has(this));
    const finding = this.#patience.tick(now, unsent, awaits);
    if (finding === "over") this.close();
    else if (finding === "late") this.#refuse(timeoutError("read the whole call", this.#host.limits.frameTimeout));
  }

  /** Runs the calls that have arrived, up to the limit of calls in flight. */
  async #serve(): Promise<void> {
    let calls = 0;
    try {
      for (let body = this.#transport.next(); body !== undefined; body = this.#transport.next()) {
        this.#patience.whole();
        this.#hasCalled = true;
        for (;;) {
          // Who gets its turn does not ask for another one: it would lose its place to those after it.
          if (turnIsOver()) await this.#turn(body);
          if (!this.#mustWait(body)) break;
          await this.#room(body);
        }
        this.#host.load.crowd.delete(this);
        if (this.#isEnding) return this.#writer.flush();
        this.#wanted = undefined;
        this.#call(body);
        if (++calls % PORTION !== 0) continue;
        this.#writer.flush();
        await undefined; // lets the write continue
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return this.#refuse(error);
    }
    this.#patience.isPartial = this.#transport.buffered > 0;
    this.#countBuffered(this.#transport.memory);
    this.#writer.flush();
  }

  #call(body: Uint8Array): void {
    try {
      const call = parseCall(body, this.#host.limits.maxPending);
      const handler = this.#host.handlers.get(call.func);
      if (handler === undefined) return this.#reply(okReply(replyHead(call.func), JSON.stringify(UNKNOWN_FUNCTION)));
      this.#run(handler, call);
    } catch (error) { // it is not a call
      this.#tell(error);
      this.#reply(errorReply(error));
    }
  }

  #run(handler: Handler, { params, weight }: Call): void {
    const start = performance.now();
    try {
      const result = handler.run(params as never);
      if (isThenable(result)) this.#await(handler, result, weight + handler.usual);
      else this.#reply(this.#replyWith(handler, result));
    } catch (error) {
      this.#reply(this.#replyOfError(error));
    } finally {
      handler.time += (Math.min(performance.now() - start, 4 * LONG) - handler.time) / 8;
    }
  }

  /** Reserves the place of a reply until its handler settles. */
  #await(handler: Handler, result: PromiseLike<unknown>, weight: number): void {
    const answer = this.#replies.reserve();
    this.#running += weight;
    this.#host.load.add(1, 0);
    this.#countPending();
    const settle = (reply: Reply): void => {
      this.#running -= weight;
      answer(this.#fit(reply, weight));
      this.#countPending();
      this.#writer.flushSoon();
      this.wake();
    };
    // Not every thenable is a promise: one may throw here, or return nothing.
    Promise.resolve(result).finally(() => this.#host.load.add(-1, 0)).then(async (value) => {
      if (turnIsOver()) await nextTurn(this, handler.usual > SMALL_REPLY);
      return this.#replyWith(handler, value, weight);
    }).then(
      settle,
      (error) => settle(this.#replyOfError(error)),
    );
  }

  #reply(reply: Reply): void {
    this.#replies.add(this.#fit(reply));
    this.#countPending();
  }

  /** The reply with a result; one that is certainly too long for the memory that is left is not made in vain. */
  #replyWith(handler: Handler, result: unknown, call = 0): Reply {
    if (this.#isClosed) return ERROR_REPLY; // which nobody gets: a long one would only be garbage
    const least = this.#host.load.isFull ? 2 * leastLength(result) : 0;
    if (this.#isTooLong(least, call)) {
      handler.usual = Math.max(least, handler.usual);
      return this.#noMemory();
    }
    const reply = replyOf(handler, result);
    handler.usual = Math.max(bytesOf(reply), Math.floor(handler.usual * 0.9)); // sums of whole numbers are exact
    return reply;
  }

  /** A reply, or an error if it is long and there is no memory for it. */
  #fit(reply: Reply, call = 0): Reply {
    return this.#isTooLong(bytesOf(reply), call) ? this.#noMemory() : reply;
  }

  #isTooLong(bytes: number, call: number): boolean {
    return !this.#isClosed && this.#host.load.refuses(bytes, this.#pending, call);
  }

  #noMemory(): Reply {
    const error = new RpcError("The server holds too many unread replies: try again later");
    this.#tell(error);
    return errorReply(error);
  }

  #put(reply: Reply): void {
    if (this.#isClosed) return;
    try {
      this.#writer.put(reply);
    } catch (error) {
      if (reply === ERROR_REPLY) return this.close(); // the limit is too small even for this
      this.#tell(error);
      this.#put(ERROR_REPLY);
    }
  }

  #replyOfError(error: unknown): Reply {
    try {
      const reply = errorReply(error);
      if (reply === ERROR_REPLY) this.#tell(error);
      return reply;
    } catch (unreadable) { // a message that is not JSON, a revoked proxy
      this.#tell(unreadable);
      return ERROR_REPLY;
    }
  }

  /** Replies to bytes that are not a call, or are incomplete for too long, and ends the connection. */
  #refuse(error: unknown): void {
    if (this.#isEnding) return;
    this.#leaving = this.#buffered;
    this.#host.load.leave(this.#leaving);
    this.#tell(error);
    this.#replies.add(errorReply(error));
    this.#writer.flush();
    void this.end();
  }

  /** Like the original protocol's server, replies to a connection that ends without a call, or inside one. */
  #answerEnd(): void {
    if (this.#hasCalled && this.#transport.buffered === 0) return;
    try {
      this.#transport.end();
    } catch (error) {
      this.#tell(error);
    }
    this.#replies.add(ERROR_REPLY);
    this.#writer.flush();
  }

  #tell(error: unknown): void {
    this.#host.onError(error, remoteAddrOf(this.#conn));
  }

  #countBuffered(bytes: number): void {
    const grown = (this.#isEnding ? 0 : bytes) - this.#buffered;
    this.#buffered += grown;
    this.#host.load.buffer(grown);
  }

  #countPending(): void {
    const pending = this.#isClosed ? 0 : this.#running + 2 * this.#replies.held + this.#writer.memory;
    const grown = pending - this.#pending;
    this.#pending = pending;
    if (grown !== 0) this.#host.load.add(0, grown);
  }

  #mustWait(body: Uint8Array): boolean {
    const { limits, load } = this.#host;
    if (this.#isEnding) return false;
    if (
      this.#replies.length >= limits.maxCallsPerConnection || this.#pending >= limits.maxPendingPerConnection ||
      this.#writer.queued + this.#replies.held > HIGH_WATER
    ) return true;
    if (!load.isFull) return false;
    const since = load.crowd.get(this) ?? Infinity;
    const isShort = performance.now() - since >= PATIENCE && this.#pending === 0 && body.length <= LITTLE &&
      !load.isBusy;
    // A long reply would probably be refused: running its handler would be in vain.
    return !isShort || (this.#handlerOf(body)?.usual ?? 0) > SMALL_REPLY;
  }

  #handlerOf(body: Uint8Array): Handler | undefined {
    if (this.#wanted?.body === body) return this.#wanted.handler;
    let handler;
    try {
      handler = this.#host.handlers.get(parseCall(body, this.#host.limits.maxPending).func);
    } catch {
      // the reply says what is wrong with it
    }
    this.#wanted = { body, handler };
    return handler;
  }

  /** Waits until there may be room for a call: the first one to wake takes it. */
  async #room(body: Uint8Array): Promise<void> {
    this.#writer.flush();
    this.#countBuffered(this.#transport.memory + body.length);
    const { crowd } = this.#host.load;
    if (!crowd.has(this)) crowd.set(this, performance.now()); // it keeps its place until it may continue
    await this.#change();
  }

  #turn(body: Uint8Array): Promise<void> {
    this.#writer.flush();
    return nextTurn(this, body.length > PEEK || (this.#handlerOf(body)?.time ?? 0) > LONG);
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

/** The peer's address, if the connection still knows it. */
function remoteAddrOf(conn: RpcConn | RpcMessageConn): unknown {
  try {
    return conn.remoteAddr;
  } catch {
    return undefined; // it has failed or is closed
  }
}

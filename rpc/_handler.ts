import type { Load } from "./_load.ts";
import { lengthOf, okReply, type Reply } from "./_reply.ts";
import type { FrameFormat } from "./frame.ts";
import type { RpcLimits } from "./server_options.ts";

/** One function: its handler, the text before its result, and the size of its waiting replies. */
export interface Handler {
  readonly run: (params: never) => unknown;
  readonly head: string;
  /** The size of a recent reply in bytes, as an estimate for the next. */
  usual: number;
  /**
   * The milliseconds that its calls took on average, of late. One that took far longer than the others counts for less:
   * another program may have run meanwhile.
   */
  time: number;
}

/** What all sessions of a server share. */
export interface Host {
  readonly format: FrameFormat;
  readonly limits: RpcLimits;
  readonly handlers: ReadonlyMap<unknown, Handler>;
  readonly load: Load;
  readonly onError: (error: unknown, remoteAddr: unknown) => void;
}

/** The reply with the result of a handler. */
export function replyOf(handler: Handler, result: unknown): Reply {
  return okReply(handler.head, JSON.stringify(result) ?? "null");
}

/** The most bytes that a waiting reply takes: a string has one or two bytes per UTF-16 unit. */
export function bytesOf(reply: Reply): number {
  return 2 * lengthOf(reply);
}

/** Whether a handler's result is a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

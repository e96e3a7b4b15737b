import type { Load } from "./_load.ts";
import { lengthOf, okReply, type Reply } from "./_reply.ts";
import type { FrameFormat } from "./frame.ts";
import type { RpcLimits } from "./server_options.ts";

/** One function: what runs it, the text before its result, and what its replies take while they wait. */
export interface Handler {
  readonly run: (params: never) => unknown;
  readonly head: string;
  /** Bytes that a reply of late took, for calls whose replies are not known yet. */
  usual: number;
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

/** What a reply takes at most while it waits: a text has one or two bytes a unit. */
export function bytesOf(reply: Reply): number {
  return 2 * lengthOf(reply);
}

/** Whether a handler has given its result, or will. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

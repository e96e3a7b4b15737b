import { parseJson } from "./json.ts";
import type { Reply } from "./reply_queue.ts";
import { RpcError } from "./rpc_error.ts";

/** Below this, joining texts costs less than encoding each. */
const SHORT = 4096;

/** The reply to what is no call. */
export const ERROR_REPLY: Reply = ['{"status":"ERROR"}'];

/** What the document's server answers in place of a result where it has no such function. */
export const UNKNOWN_FUNCTION = "ERROR - Function doesn't exist";

/** The text before the JSON of a result. */
export function replyHead(func: unknown): string {
  return `{"status":"OK","response":{"func":${JSON.stringify(func)},"response":`;
}

/** The reply with the JSON of a result after its head. */
export function okReply(head: string, json: string): Reply {
  return json.length < SHORT ? [head + json + "}}"] : [head, json, "}}"];
}

/** The reply for an exception of a handler; only an RpcError tells the caller why. */
export function errorReply(error: unknown): Reply {
  return error instanceof RpcError ? [JSON.stringify({ status: "ERROR", error: error.message })] : ERROR_REPLY;
}

/** A call as the document defines it. */
export interface Call {
  func: unknown;
  params: unknown;
}

/** The call in a body; undefined if it holds something else. */
export function parseCall(body: Uint8Array): Call | undefined {
  try {
    const value = parseJson(body);
    return isObject(value) && "func" in value && "params" in value ? value as Record<keyof Call, unknown> : undefined;
  } catch {
    return undefined; // no UTF-8, or no JSON
  }
}

/** The result in a reply to a call of `func`; an RpcError for an error reply; undefined for no reply to this call. */
export function resultOf(reply: unknown, func: string): { result: unknown } | RpcError | undefined {
  if (!isObject(reply)) return undefined;
  if (reply.status === "ERROR") {
    const reason = typeof reply.error === "string" ? reply.error : "the server replied with an error";
    return new RpcError(`Cannot call ${func}: ${reason}`, reply);
  }
  const { status, response } = reply;
  if (status !== "OK" || !isObject(response) || response.func !== func) return undefined;
  if (response.response !== UNKNOWN_FUNCTION) return { result: response.response };
  return new RpcError(`Cannot call ${func}: the server has no such function`, reply);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

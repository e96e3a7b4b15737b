import { parseJson, weightOf } from "./_json.ts";
import { RpcError } from "./rpc_error.ts";

/**
 * The JSON of a reply in one or more strings: one is faster if they are short, several avoid a copy if they are long.
 */
export type Reply = readonly string[];

/** Below this, joining texts costs less than encoding each. */
const SHORT = 4096;

/** The reply to bytes that are not a call. */
export const ERROR_REPLY: Reply = ['{"status":"ERROR"}'];

/** The result that the original protocol's server returns for an unknown function. */
export const UNKNOWN_FUNCTION = "ERROR - Function doesn't exist";

/** The text before the JSON of a result. */
export function replyHead(func: unknown): string {
  return `{"status":"OK","response":{"func":${JSON.stringify(func)},"response":`;
}

/** The reply with the JSON of a result after its head. */
export function okReply(head: string, json: string): Reply {
  return json.length < SHORT ? [head + json + "}}"] : [head, json, "}}"];
}

/** The reply for a handler's exception; only an RpcError tells the caller the reason. */
export function errorReply(error: unknown): Reply {
  return error instanceof RpcError ? [JSON.stringify({ status: "ERROR", error: error.message })] : ERROR_REPLY;
}

/** A call, as `docs/protocol.md` defines it. */
export interface Call {
  func: unknown;
  params: unknown;
  /** About how many bytes of memory it takes. */
  weight: number;
}

/**
 * The call in a body.
 *
 * @throws {RpcError} If it is nested too deeply, or would take more memory than `maxWeight`.
 * @throws {SyntaxError | TypeError} If it is not JSON, not UTF-8 or not a call.
 */
export function parseCall(body: Uint8Array, maxWeight: number): Call {
  const weight = weightOf(body, 1);
  if (weight > maxWeight) throw new RpcError("The call has more values than the server may hold");
  const value = parseJson(body);
  if (isObject(value) && "func" in value && "params" in value) {
    return { func: value.func, params: value.params, weight };
  }
  throw new TypeError("Cannot serve the call: it must be an object with func and params");
}

/** The reply in a body: its result is nested in two objects, the parameters of a call in one. */
export function parseReply(body: Uint8Array): unknown {
  weightOf(body, 2);
  return parseJson(body);
}

/** The length of a reply in UTF-16 units. */
export function lengthOf(reply: Reply): number {
  return reply.reduce((sum, text) => sum + text.length, 0);
}

/**
 * The result in a reply to a call of `func`; an RpcError for an error reply; undefined if it does not reply to this
 * call.
 */
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

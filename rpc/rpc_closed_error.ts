/**
 * The connection ended before the reply to a call: it is unknown whether the server has run the call.
 *
 * Its `cause` is the error that ended the connection, if there was one.
 *
 * @example A call on a connection that has ended
 * ```ts
 * import { RpcClient, RpcClosedError } from "@berkeley/sockets/rpc";
 * import { assertRejects } from "@std/assert";
 *
 * const ended = { read: () => Promise.resolve(null), write: (p: Uint8Array) => Promise.resolve(p.length), close() {} };
 * using client = new RpcClient(ended);
 * await assertRejects(() => client.call("GET", { obj: "x" }), RpcClosedError);
 * ```
 */
export class RpcClosedError extends Error {
  /** The name of the class. */
  override readonly name = "RpcClosedError";
}

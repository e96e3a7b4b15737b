/**
 * An error reply.
 *
 * A handler throws it to tell its caller the reason: the reply is `{"status":"ERROR","error":message}`. For any other
 * exception the reply is only `{"status":"ERROR"}`. {@linkcode RpcClient.call} rejects with it, with the `reply` it
 * received.
 *
 * @example A handler refuses
 * ```ts
 * import { RpcError } from "@berkeley/sockets/rpc";
 * import { assertThrows } from "@std/assert";
 *
 * function half(n: number): number {
 *   if (n % 2 !== 0) throw new RpcError("The number is odd");
 *   return n / 2;
 * }
 * assertThrows(() => half(3), RpcError, "odd");
 * ```
 */
export class RpcError extends Error {
  /** The name of the class. */
  override readonly name = "RpcError";
  /** The server's reply; undefined on the server's side. */
  readonly reply: unknown;

  /** Describes why a call failed. */
  constructor(message: string, reply?: unknown) {
    super(message);
    this.reply = reply;
  }
}

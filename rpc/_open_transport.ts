import { MessageTransport } from "./_message_transport.ts";
import { StreamTransport } from "./_stream_transport.ts";
import type { Transport } from "./_transport.ts";
import type { RpcConn, RpcMessageConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";

/** Takes ownership of `conn`. */
export function openTransport(conn: RpcConn | RpcMessageConn, format: FrameFormat): Transport {
  // Such as a promise, if an `await` is missing, or a listener.
  if (typeof conn?.close !== "function" || !("receive" in conn || "read" in conn)) {
    throw new TypeError(
      `Cannot use a value that is not a connection: current value is ${Object.prototype.toString.call(conn)}`,
    );
  }
  return "receive" in conn ? new MessageTransport(conn, format) : new StreamTransport(conn, format);
}

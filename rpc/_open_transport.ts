import { MessageTransport } from "./_message_transport.ts";
import { StreamTransport } from "./_stream_transport.ts";
import type { Transport } from "./_transport.ts";
import type { RpcConn, RpcMessageConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";

/** Takes ownership of `conn`. */
export function openTransport(conn: RpcConn | RpcMessageConn, format: FrameFormat): Transport {
  if (typeof conn?.close !== "function") { // such as a promise, if an `await` is missing
    throw new TypeError(
      `Cannot use a value that is not a connection: current value is ${Object.prototype.toString.call(conn)}`,
    );
  }
  return "receive" in conn ? new MessageTransport(conn, format) : new StreamTransport(conn, format);
}

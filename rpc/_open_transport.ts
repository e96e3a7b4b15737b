import { MessageTransport } from "./_message_transport.ts";
import { StreamTransport } from "./_stream_transport.ts";
import type { Transport } from "./_transport.ts";
import type { RpcConn, RpcMessageConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";

/** Takes ownership of `conn`. */
export function openTransport(conn: RpcConn | RpcMessageConn, format: FrameFormat): Transport {
  if (typeof conn?.close !== "function") { // a promise of one, where an `await` is forgotten
    throw new TypeError(`Cannot use what is no connection: current value is ${Object.prototype.toString.call(conn)}`);
  }
  return "receive" in conn ? new MessageTransport(conn, format) : new StreamTransport(conn, format);
}

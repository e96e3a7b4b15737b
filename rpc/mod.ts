/**
 * Calls of named functions with JSON, over any connection: an 8-byte head of two native `int32`, the version 1 and the
 * length, then the body. A call is `{"func":…,"params":…}`, a reply
 * `{"status":"OK","response":{"func":…,"response":…}}` or `{"status":"ERROR"}`.
 *
 * {@linkcode RpcServer} and {@linkcode RpcClient} take the connections of this library and those of
 * `Deno.connect`; `@berkeley/sockets/dictionary` has handlers to serve: named values, durable if you like.
 * {@linkcode encodeFrame} and {@linkcode FrameDecoder} handle only the frames. Nothing here opens a socket, and
 * importing it needs no permission.
 *
 * JSON numbers are doubles: an integer beyond 2⁵³ loses digits. There is no authentication and no encryption: names and
 * values are not secret.
 *
 * @example
 * ```ts
 * import { type Dictionary, dictionary } from "@berkeley/sockets/dictionary";
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { RpcClient, RpcServer } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * await using _server = RpcServer.serve(listener, dictionary());
 * using client = new RpcClient<Dictionary>(await TcpConn.connect(listener.addr));
 * await client.call("PUT", { obj: "colour", val: { name: "blue" } });
 * assertEquals((await client.call("GET", { obj: "colour" })).val, { name: "blue" });
 * ```
 *
 * @module
 */
export type { AnyRpcApi, RpcApi, RpcFunc, RpcHandlers, RpcParams, RpcResult } from "./api.ts";
export { type RpcCallOptions, RpcClient } from "./client.ts";
export type { RpcConn, RpcListener, RpcMessageConn } from "./conn.ts";
export { decodeFrame } from "./decode_frame.ts";
export { encodeFrame } from "./encode_frame.ts";
export { FRAME_HEAD_LENGTH, FRAME_MAX_LENGTH, FRAME_VERSION, type FrameOptions } from "./frame.ts";
export { FrameDecoder } from "./frame_decoder.ts";
export { FrameDecoderStream } from "./frame_decoder_stream.ts";
export { FrameEncoderStream } from "./frame_encoder_stream.ts";
export { FrameError, type FrameErrorCode } from "./frame_error.ts";
export { RpcClosedError } from "./rpc_closed_error.ts";
export { RpcError } from "./rpc_error.ts";
export { RpcServer } from "./server.ts";
export type { RpcLimits, RpcServerOptions } from "./server_options.ts";

/**
 * SCTP: messages over IP, on several streams, each of which keeps its order.
 *
 * - {@linkcode SctpConn} and {@linkcode SctpListener}: one socket for each association (one-to-one style).
 * - {@linkcode SctpSocket}: one socket for many (one-to-many style), with notifications.
 *
 * @example Two streams, if the kernel supports SCTP
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { SctpConn, SctpListener } from "@berkeley/sockets/sctp";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = SctpListener.listen({ hostname: "127.0.0.1" });
 *   using client = await SctpConn.connect({ port: listener.addr.port });
 *   using server = await listener.accept();
 *   for (const stream of [0, 1]) await client.send(new TextEncoder().encode("hello"), { stream });
 *   assertEquals([(await server.receive())?.stream, (await server.receive())?.stream], [0, 1]);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 *
 * @module
 */
export { decodeNotification, type SctpNotification } from "./notification.ts";
export { SctpConn } from "./sctp_conn.ts";
export { SctpListener } from "./sctp_listener.ts";
export { type SctpAddr, sctpAddrCodec, type SctpMessage, type SctpSendOptions } from "./sctp_message.ts";
export * from "./sctp_options.ts";
export { type SctpBindOptions, type SctpSendToOptions, SctpSocket } from "./sctp_socket.ts";

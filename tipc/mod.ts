/**
 * AF_TIPC: processes of a cluster find each other by the names of services, wherever they run.
 *
 * - {@linkcode TipcConn} and {@linkcode TipcSeqpacketConn}: connections, with their listeners.
 * - {@linkcode TipcDatagramSocket}: reliable messages to one socket, or to all sockets of a range.
 * - {@linkcode watchServices}: which services appear and disappear.
 *
 * @example A service, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcDatagramSocket } from "@berkeley/sockets/tipc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using server = TipcDatagramSocket.bind({ service: 1000, lower: 0, upper: 99, scope: "node" });
 *   using client = TipcDatagramSocket.open();
 *   await client.send(new TextEncoder().encode("hello"), { addr: { service: 1000, instance: 42 } });
 *   assertEquals(new TextDecoder().decode((await server.receive()).data), "hello");
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 *
 * @module
 */
export type { TipcConnectOptions, TipcListenOptions } from "./open_tipc.ts";
export {
  decodeSockaddrTipc,
  encodeSockaddrTipc,
  type TipcAddr,
  tipcAddrCodec,
  type TipcScope,
  type TipcServiceAddr,
  type TipcServiceRange,
  type TipcSocketAddr,
} from "./sockaddr_tipc.ts";
export { TipcConn } from "./tipc_conn.ts";
export { type TipcBindOptions, TipcDatagramSocket } from "./tipc_datagram_socket.ts";
export { TipcListener } from "./tipc_listener.ts";
export * from "./tipc_options.ts";
export { TipcSeqpacketConn } from "./tipc_seqpacket_conn.ts";
export { TipcSeqpacketListener } from "./tipc_seqpacket_listener.ts";
export { type TipcServiceEvent, watchServices } from "./watch_services.ts";

/**
 * AF_CAN: the buses of vehicles and machines.
 *
 * - {@linkcode CanSocket}: raw frames, with filters, CAN FD and error frames.
 * - {@linkcode BcmSocket}: the kernel sends frames periodically, and reports those that change.
 * - {@linkcode IsotpSocket}: longer messages between two identifiers (ISO 15765-2).
 * - {@linkcode J1939Socket}: the parameter groups of SAE J1939.
 *
 * @example Read a bus, if there is one
 * ```ts
 * import { CanSocket } from "@berkeley/sockets/can";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using bus = CanSocket.open({ interface: "vcan0", receiveOwn: true });
 *   await bus.send({ id: 0x123, data: new Uint8Array([1, 2, 3]) });
 *   const frame = await bus.receive({ timeout: 1000 });
 *   assertEquals([frame.id, frame.data, frame.own], [0x123, new Uint8Array([1, 2, 3]), true]);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 *
 * @module
 */
export { type BcmMessage, decodeBcmMessage, encodeBcmMessage } from "./bcm_message.ts";
export { type BcmConnectOptions, BcmSocket, type BcmWatchOptions } from "./bcm_socket.ts";
export * from "./can_options.ts";
export { type CanOpenOptions, CanSocket, type ReceivedCanFrame } from "./can_socket.ts";
export { type CanFrame, decodeCanFrame, encodeCanFrame } from "./frame.ts";
export { type IsotpOpenOptions, IsotpSocket } from "./isotp_socket.ts";
export { type J1939Addr, type J1939Message, type J1939OpenOptions, J1939Socket } from "./j1939_socket.ts";
export { type CanAddr, decodeSockaddrCan, encodeSockaddrCan } from "./sockaddr_can.ts";

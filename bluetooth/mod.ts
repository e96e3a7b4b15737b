/**
 * Bluetooth in the kernel: L2CAP, RFCOMM and SCO connections, and the packets of controllers (HCI).
 *
 * @example Which controllers there are, if the kernel supports it
 * ```ts
 * import { HciSocket } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using control = HciSocket.open({ channel: "control" });
 *   await control.send(new Uint8Array([3, 0, 0xff, 0xff, 0, 0])); // MGMT_OP_READ_INDEX_LIST
 *   const answer = await control.receive();
 *   assert(answer.length >= 11);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 *
 * @module
 */
export { HCI_FILTER, type HciFilter, type HciOpenOptions, HciSocket } from "./hci_socket.ts";
export { L2capConn } from "./l2cap_conn.ts";
export { L2capListener } from "./l2cap_listener.ts";
export type { BluetoothConnectOptions, BluetoothListenOptions } from "./open_bluetooth.ts";
export { RfcommConn } from "./rfcomm_conn.ts";
export { RfcommListener } from "./rfcomm_listener.ts";
export { ScoConn } from "./sco_conn.ts";
export { ScoListener } from "./sco_listener.ts";
export {
  type BluetoothAddressType,
  encodeSockaddrHci,
  type HciAddr,
  type L2capAddr,
  l2capAddrCodec,
  type RfcommAddr,
  rfcommAddrCodec,
  type ScoAddr,
  scoAddrCodec,
} from "./sockaddr.ts";

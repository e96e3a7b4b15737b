/**
 * TUN and TAP: network interfaces that this program implements.
 *
 * @example Receive what the kernel sends to an interface, if permitted
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TunDevice } from "@berkeley/sockets/tun";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using device = TunDevice.open({ kind: "tap", name: "example%d" });
 *   assertEquals(device.name.startsWith("example"), true);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // no /dev/net/tun, or no CAP_NET_ADMIN
 * }
 * ```
 *
 * @module
 */
export { TunDevice, type TunOpenOptions } from "./tun_device.ts";

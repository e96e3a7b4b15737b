/**
 * Bytes that are not a netlink message: the only error that the decoders of this module throw, whatever their input.
 *
 * @example Usage
 * ```ts
 * import { decodeMessages, NetlinkDecodeError } from "@berkeley/sockets/netlink";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => decodeMessages(new Uint8Array(3)), NetlinkDecodeError);
 * ```
 */
export class NetlinkDecodeError extends RangeError {
  /** The name of the class. */
  override readonly name = "NetlinkDecodeError";
}

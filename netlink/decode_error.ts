/**
 * Bytes that are no netlink message: the one error that the decoders of this room throw, whatever they are given.
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

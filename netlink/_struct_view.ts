import { checkBytes } from "../checks/check_bytes.ts";
import { NetlinkDecodeError } from "./decode_error.ts";

/**
 * A view of a C structure at the start of some bytes.
 *
 * @throws {NetlinkDecodeError} If there are fewer than `size` bytes; `name` is the name of the structure.
 */
export function structView(bytes: Uint8Array, size: number, name: string): DataView {
  checkBytes(bytes);
  if (bytes.length < size) {
    throw new NetlinkDecodeError(
      `Cannot decode ${name} as it must be >= ${size} bytes: current length is ${bytes.length}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

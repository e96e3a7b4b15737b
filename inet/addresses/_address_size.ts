import { checkBytes } from "../../checks/check_bytes.ts";

/** Throws unless the address is `size` bytes long. */
export function checkAddressSize(address: Uint8Array, size: 4 | 16): void {
  checkBytes(address);
  if (address.length === size) return;
  throw new RangeError(
    `Cannot format IPv${size === 4 ? 4 : 6} address as it must be ${size} bytes: current length is ${address.length}`,
  );
}

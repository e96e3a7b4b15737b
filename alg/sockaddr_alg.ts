import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** The type of an algorithm. */
export type AlgType = "hash" | "skcipher" | "aead" | "rng";

/** An algorithm of the kernel. */
export interface AlgAddr {
  /** Its type. */
  type: AlgType;
  /** Its name, as `/proc/crypto` lists it, such as `"sha256"` or `"cbc(aes)"`. */
  name: string;
}

const ALG_ADDR: OptionNames<AlgAddr> = { name: true, type: true };
/** `sizeof(struct sockaddr_alg)`, and where the names are and how long they may be. */
const SIZE = 88;
const [TYPE_AT, TYPE_SIZE, NAME_AT, NAME_SIZE] = [2, 14, 24, 64];

/**
 * Encodes the name of an algorithm as a `struct sockaddr_alg`. No permission is needed.
 *
 * ```c
 * struct sockaddr_alg {
 *   __u16 salg_family;    //  0
 *   __u8  salg_type[14];  //  2
 *   __u32 salg_feat;      // 16
 *   __u32 salg_mask;      // 20
 *   __u8  salg_name[64];  // 24
 * };
 * ```
 *
 * @param addr The algorithm.
 * @returns The 88 bytes.
 * @throws {TypeError} If the address has an unknown field.
 * @throws {RangeError} If a name is longer than its field, or contains a NUL.
 *
 * @see {@link https://docs.kernel.org/crypto/userspace-if.html | User Space Interface of the kernel's crypto API}
 *
 * @example Usage
 * ```ts
 * import { encodeSockaddrAlg } from "@berkeley/sockets/alg";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeSockaddrAlg({ type: "hash", name: "sha256" }).length, 88);
 * ```
 */
export function encodeSockaddrAlg(addr: AlgAddr): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_alg", addr, ALG_ADDR);
  const { type, name } = addr;
  const bytes = new Uint8Array(SIZE);
  new DataView(bytes.buffer).setUint16(0, C.AF_ALG, HOST_LITTLE_ENDIAN);
  for (const [text, at, size] of [[type, TYPE_AT, TYPE_SIZE], [name, NAME_AT, NAME_SIZE]] as const) {
    const encoded = new TextEncoder().encode(text);
    if (encoded.length === 0 || encoded.length >= size || encoded.includes(0)) {
      throw new RangeError(
        `Cannot encode sockaddr_alg as a name must be 1 to ${size - 1} bytes: current value is ${quoted(text)}`,
      );
    }
    bytes.set(encoded, at);
  }
  return bytes;
}

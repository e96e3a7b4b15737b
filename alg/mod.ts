/**
 * AF_ALG: cryptography in the kernel, and in hardware that it drives.
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { algHash } from "@berkeley/sockets/alg";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   const data = new TextEncoder().encode("abc");
 *   const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
 *   assertEquals(await algHash("sha256", data), digest);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 *
 * @module
 */
export { type AeadOptions, AlgAead } from "./alg_aead.ts";
export { AlgCipher } from "./alg_cipher.ts";
export { algHash } from "./alg_hash.ts";
export { algRandom } from "./alg_random.ts";
export { type AlgAddr, type AlgType, encodeSockaddrAlg } from "./sockaddr_alg.ts";

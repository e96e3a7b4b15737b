/**
 * AF_ALG: the cryptography of the kernel, and of the hardware that it drives.
 *
 * @example Usage, where the kernel has it
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
 *   assert(isSystemError(error), String(error)); // a kernel without it
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

import { within } from "../checks/within.ts";
import { openAlgorithm, receiveAll } from "./_algorithm.ts";

/**
 * Random bytes from a generator in the kernel (`AF_ALG`, rng), which the kernel seeds. If you need no particular
 * generator, `crypto.getRandomValues()` is faster. Permission: `--allow-ffi`.
 *
 * @param name The generator, as `/proc/crypto` lists it: `"stdrng"`, `"drbg_nopr_hmac_sha512"`, …
 * @param length How many bytes, up to 65536.
 * @returns The bytes.
 * @throws {RangeError} If the length is not 0 to 65536.
 * @throws {SystemError} If the kernel lacks the generator (`ENOENT`), or the family (`EAFNOSUPPORT`).
 *
 * @see {@link https://docs.kernel.org/crypto/userspace-if.html | User Space Interface of the kernel's crypto API}
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { algRandom } from "@berkeley/sockets/alg";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   assertEquals((await algRandom("stdrng", 32)).length, 32);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export async function algRandom(name: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  within("make random bytes", "length", length, 65_536);
  using algorithm = openAlgorithm({ type: "rng", name }, new Uint8Array(0)); // an empty seed: the kernel's own
  using operation = await algorithm.accept();
  return await receiveAll(operation, length);
}

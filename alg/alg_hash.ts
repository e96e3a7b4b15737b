import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { openAlgorithm, sendAll } from "./_algorithm.ts";

/** The longest digest in the kernel, in bytes. */
const MAX_DIGEST = 64;

const HASH_OPTIONS: OptionNames<{ key?: Uint8Array }> = { key: true };

/**
 * Hashes data with an algorithm of the kernel (`AF_ALG`). Permission: `--allow-ffi`.
 *
 * @param name The algorithm, as `/proc/crypto` lists it: `"sha256"`, `"hmac(sha1)"`, `"crc32c"`, …
 * @param data The data, whole or in parts.
 * @param options The key, for `hmac(…)` and `cmac(…)`.
 * @returns The digest.
 * @throws {SystemError} If the kernel lacks the algorithm (`ENOENT`), the family (`EAFNOSUPPORT`), or the key is
 * missing (`ENOKEY`).
 *
 * @see {@link https://docs.kernel.org/crypto/userspace-if.html | User Space Interface of the kernel's crypto API}
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { algHash } from "@berkeley/sockets/alg";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   const digest = await algHash("sha256", new TextEncoder().encode("abc"));
 *   assertEquals(digest.slice(0, 4), new Uint8Array([0xba, 0x78, 0x16, 0xbf]));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export async function algHash(
  name: string,
  data: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: { key?: Uint8Array } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkArgumentCount("call algHash", arguments.length, "name", "data", "{ key }");
  options = checkOptions("hash", options, HASH_OPTIONS);
  using algorithm = openAlgorithm({ type: "hash", name }, options.key);
  using operation = await algorithm.accept();
  for await (const part of data instanceof Uint8Array ? [data] : data) {
    checkBytes(part);
    if (part.length > 0) await sendAll(operation, part, true);
  }
  const digest = new Uint8Array(MAX_DIGEST);
  return digest.slice(0, await operation.recv(digest));
}

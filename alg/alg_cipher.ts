import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { within } from "../checks/within.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import { cipherControl, openAlgorithm, receiveAll, sendAll } from "./_algorithm.ts";

/** Bytes of a part; a multiple of every block size. */
const PART = 16_384;
/** The most bytes that the kernel takes whole. */
const MAX_WHOLE = 65_536;
/** The modes in which one part continues where the last one ended; in others, such as XTS, each would begin anew. */
const CHAINS = /^(ecb|cbc|ctr|rfc3686)\b/;

/**
 * A symmetric cipher in the kernel (`AF_ALG`, skcipher).
 *
 * @see {@link https://docs.kernel.org/crypto/userspace-if.html | User Space Interface of the kernel's crypto API}
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { AlgCipher } from "@berkeley/sockets/alg";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using aes = AlgCipher.open("cbc(aes)", new Uint8Array(16));
 *   const iv = new Uint8Array(16);
 *   const secret = await aes.encrypt(new Uint8Array(32), iv);
 *   assertEquals(await aes.decrypt(secret, iv), new Uint8Array(32));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class AlgCipher extends SocketOwner {
  #name = "";

  /**
   * Opens a cipher with its key. Permission: `--allow-ffi`.
   *
   * @param name The algorithm, as `/proc/crypto` lists it: `"cbc(aes)"`, `"ctr(aes)"`, `"xts(aes)"`, …
   * @param key The key.
   * @returns The cipher.
   * @throws {SystemError} If the kernel lacks it (`ENOENT`, `EAFNOSUPPORT`), or the key has a wrong length (`EINVAL`).
   */
  static open(name: string, key: Uint8Array): AlgCipher {
    checkArgumentCount("call open", arguments.length, "name", "key");
    const cipher = new AlgCipher(openAlgorithm({ type: "skcipher", name }, key));
    cipher.#name = name;
    return cipher;
  }

  /**
   * Encrypts.
   *
   * @param data The data; its length must be a multiple of the cipher's block size. In modes other than ECB, CBC and CTR,
   * at most 64 KiB.
   * @param iv The initialization vector, for ciphers that have one.
   * @returns The encrypted data, of the same length.
   * @throws {RangeError} If it is too long for the mode.
   * @throws {SystemError} If a length is wrong (`EINVAL`).
   */
  encrypt(data: Uint8Array, iv?: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    if (arguments.length > 2) return refuseArguments("call encrypt", arguments.length, "data", "iv");
    return this.#transform(true, data, iv);
  }

  /** Decrypts the result of {@linkcode encrypt}. */
  decrypt(data: Uint8Array, iv?: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    if (arguments.length > 2) return refuseArguments("call decrypt", arguments.length, "data", "iv");
    return this.#transform(false, data, iv);
  }

  async #transform(
    encrypt: boolean,
    data: Uint8Array,
    iv: Uint8Array | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkBytes(data);
    const chains = CHAINS.test(this.#name);
    if (!chains) within(`use ${this.#name}`, "length of the data", data.length, MAX_WHOLE);
    const size = chains ? PART : MAX_WHOLE;
    using operation = await this.socket.accept();
    const result = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += size) {
      const part = data.subarray(at, at + size);
      await sendAll(operation, part, at + size < data.length, at === 0 ? cipherControl(encrypt, iv) : undefined);
      result.set(await receiveAll(operation, part.length), at);
    }
    return result;
  }
}

import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import { cipherControl, openAlgorithm, receiveAll, sendAll } from "./_algorithm.ts";

/** Options of {@linkcode AlgAead}'s operations. */
export interface AeadOptions {
  /** The initialization vector (the nonce). */
  iv: Uint8Array;
  /** Additional data, which is authenticated but not encrypted. Default: none. */
  associatedData?: Uint8Array;
}

const OPEN_OPTIONS: OptionNames<{ tagLength: number }> = { tagLength: true };
const AEAD_OPTIONS: OptionNames<AeadOptions> = { associatedData: true, iv: true };
/** The most bytes that the kernel takes in one operation. */
const MAX_DATA = 65_536;

/**
 * Authenticated encryption by the kernel (`AF_ALG`, aead). One operation handles at most 64 KiB, including the
 * associated data and the tag.
 *
 * @see {@link https://docs.kernel.org/crypto/userspace-if.html | User Space Interface of the kernel's crypto API}
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { AlgAead } from "@berkeley/sockets/alg";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using gcm = AlgAead.open("gcm(aes)", new Uint8Array(16), { tagLength: 16 });
 *   const iv = new Uint8Array(12);
 *   const sealed = await gcm.encrypt(new Uint8Array(5), { iv });
 *   assertEquals(await gcm.decrypt(sealed, { iv }), new Uint8Array(5));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class AlgAead extends SocketOwner {
  #tagLength = 0;

  /**
   * Opens an algorithm with its key. Permission: `--allow-ffi`.
   *
   * @param name The algorithm, as `/proc/crypto` lists it: `"gcm(aes)"`, `"ccm(aes)"`, `"rfc7539(chacha20,poly1305)"`,
   * …
   * @param key The key.
   * @param options The length of the tag, in bytes.
   * @returns The algorithm.
   * @throws {SystemError} If the kernel lacks it (`ENOENT`, `EAFNOSUPPORT`), or a length is wrong (`EINVAL`).
   */
  static open(name: string, key: Uint8Array, options: { tagLength: number }): AlgAead {
    checkArgumentCount("call open", arguments.length, "name", "key", "{ tagLength }");
    options = checkOptions("open an algorithm", options, OPEN_OPTIONS);
    const { tagLength } = options;
    within("open an algorithm", "length of the tag", tagLength, 64);
    const algorithm = new AlgAead(openAlgorithm({ type: "aead", name }, key));
    try {
      algorithm.#tagLength = tagLength;
      // The kernel uses the length of the value as the length of the tag.
      algorithm.socket.setOption(C.SOL_ALG, C.ALG_SET_AEAD_AUTHSIZE, new Uint8Array(tagLength));
      return algorithm;
    } catch (error) {
      algorithm.close();
      throw error;
    }
  }

  /**
   * Encrypts and authenticates.
   *
   * @param data The data.
   * @param options The initialization vector and the associated data.
   * @returns The encrypted data, followed by the tag.
   * @throws {RangeError} If it is too long for one operation.
   */
  encrypt(data: Uint8Array, options: AeadOptions): Promise<Uint8Array<ArrayBuffer>> {
    if (arguments.length > 2) {
      return refuseArguments("call encrypt", arguments.length, "data", "{ iv, associatedData }");
    }
    return this.#transform(true, data, options, this.#tagLength);
  }

  /**
   * Decrypts the result of {@linkcode encrypt}.
   *
   * @param data The encrypted data, with its tag.
   * @param options The initialization vector and the associated data.
   * @returns The data.
   * @throws {SystemError} If it was tampered with (`EBADMSG`).
   */
  decrypt(data: Uint8Array, options: AeadOptions): Promise<Uint8Array<ArrayBuffer>> {
    if (arguments.length > 2) {
      return refuseArguments("call decrypt", arguments.length, "data", "{ iv, associatedData }");
    }
    return this.#transform(false, data, options, -this.#tagLength);
  }

  async #transform(
    encrypt: boolean,
    data: Uint8Array,
    options: AeadOptions,
    added: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkBytes(data);
    options = checkOptions(encrypt ? "encrypt" : "decrypt", options, AEAD_OPTIONS);
    const length = data.length + added;
    const { iv, associatedData = new Uint8Array(0) } = options;
    const associated = associatedData.length;
    within("work on the data", "bytes of the result", length, MAX_DATA - associated);
    using operation = await this.socket.accept();
    const input = new Uint8Array(associated + data.length);
    input.set(associatedData);
    input.set(data, associated);
    await sendAll(operation, input, false, cipherControl(encrypt, iv, associated));
    return (await receiveAll(operation, associated + length)).slice(associated);
  }
}

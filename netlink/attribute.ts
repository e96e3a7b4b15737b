import { checkBytes } from "../checks/check_bytes.ts";
import { quoted } from "../checks/quoted.ts";
import { within } from "../checks/within.ts";
import { align } from "./_align.ts";
import { concat } from "./_concat.ts";
import { NetlinkDecodeError } from "./decode_error.ts";

const HEADER_SIZE = 4;
const NLA_F_NESTED = 0x8000;
// #define NLA_TYPE_MASK  ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER)
const NLA_TYPE_MASK = 0x3fff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The value of an attribute: raw bytes, a string (sent with a NUL), or nested attributes. */
export type AttributeValue = Uint8Array | string | Uint8Array[];

/**
 * Encodes one attribute, padded to four bytes.
 *
 * ```c
 * struct nlattr {
 *   __u16 nla_len;     // with this header, without the padding
 *   __u16 nla_type;
 * };
 * ```
 *
 * @param type The number of the attribute.
 * @param value Bytes, a string (a NUL is added), or encoded attributes to nest.
 * @returns The bytes.
 * @throws {RangeError} If the value is longer than 65531 bytes, or the number does not fit 16 bits.
 * @throws {TypeError} If the value is none of these, or a string that contains a NUL.
 * @see {@link https://man7.org/linux/man-pages/man7/netlink.7.html | netlink(7)}
 *
 * @example Usage
 * ```ts
 * import { Attributes, encodeAttribute } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeAttribute(1, [encodeAttribute(4, "MYNET")]);
 * assertEquals(new Attributes(bytes).nested(1)?.text(4), "MYNET");
 * ```
 */
export function encodeAttribute(type: number, value: AttributeValue): Uint8Array {
  const nested = Array.isArray(value);
  const payload = concat(nested ? value : [typeof value === "string" ? encodeText(type, value) : value]);
  const length = HEADER_SIZE + payload.length;
  if (length > 0xffff) {
    throw new RangeError(
      `Cannot encode attribute ${type} as it must be <= ${
        0xffff - HEADER_SIZE
      } bytes: current length is ${payload.length}`,
    );
  }
  const bytes = new Uint8Array(align(length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, length, true);
  const number = within("encode an attribute", "type", type, 0xffff);
  view.setUint16(2, nested ? number | NLA_F_NESTED : number, true);
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

function encodeText(type: number, text: string): Uint8Array {
  if (!text.includes("\0")) return encoder.encode(`${text}\0`);
  throw new TypeError(`Cannot encode attribute ${type} as its text contains a NUL: current value is ${quoted(text)}`);
}

/**
 * The attributes of a message or of another attribute, read by number. Integers are in host byte order, which is
 * little-endian on every supported platform.
 *
 * The constructor checks the framing, the getters check the values. If two attributes have the same number, the later
 * one wins, as in the kernel's parser; {@linkcode Attributes.all} returns both.
 *
 * @example Usage
 * ```ts
 * import { Attributes, encodeAttribute } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const attributes = new Attributes(encodeAttribute(1, new Uint8Array([2])));
 * assertEquals(attributes.u8(1), 2);
 * assertEquals(attributes.u8(7), undefined);
 * ```
 */
export class Attributes {
  #payloads = new Map<number, Uint8Array>();
  /** Attributes that a later one with the same number replaces. */
  #earlier: [type: number, payload: Uint8Array][] = [];

  /**
   * Parses attributes.
   *
   * @param bytes Attributes, each aligned to four bytes.
   * @throws {NetlinkDecodeError} If a length is invalid, or the bytes end inside an attribute.
   */
  constructor(bytes: Uint8Array) {
    checkBytes(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length;) {
      const left = bytes.length - at;
      const length = left < HEADER_SIZE ? 0 : view.getUint16(at, true);
      if (length < HEADER_SIZE || length > left) {
        throw new NetlinkDecodeError(
          `Cannot decode a netlink attribute as its length must be 4 to ${left}: current length is ${length}`,
        );
      }
      const type = view.getUint16(at + 2, true) & NLA_TYPE_MASK;
      const earlier = this.#payloads.get(type);
      if (earlier !== undefined) this.#earlier.push([type, earlier]);
      this.#payloads.set(type, bytes.subarray(at + HEADER_SIZE, at + length));
      at += align(length);
    }
  }

  /** The numbers of the attributes. */
  get types(): number[] {
    return [...this.#payloads.keys()];
  }

  /** The payload of an attribute, as raw bytes. */
  bytes(type: number): Uint8Array | undefined {
    return this.#payloads.get(type);
  }

  /** The payloads of all attributes with one number, in order. */
  all(type: number): Uint8Array[] {
    const last = this.#payloads.get(type);
    return last === undefined
      ? []
      : [...this.#earlier.filter(([other]) => other === type).map(([, bytes]) => bytes), last];
  }

  /** An unsigned integer of 1 byte. @throws {NetlinkDecodeError} If it has a different length. */
  u8(type: number): number | undefined {
    return this.#view(type, 1)?.getUint8(0);
  }

  /** An unsigned integer of 2 bytes. @throws {NetlinkDecodeError} If it has a different length. */
  u16(type: number): number | undefined {
    return this.#view(type, 2)?.getUint16(0, true);
  }

  /** An unsigned integer of 4 bytes. @throws {NetlinkDecodeError} If it has a different length. */
  u32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0, true);
  }

  /** An unsigned integer of 8 bytes. @throws {NetlinkDecodeError} If it has a different length. */
  u64(type: number): bigint | undefined {
    return this.#view(type, 8)?.getBigUint64(0, true);
  }

  /** An integer that the kernel sends in 4 bytes or in 8. @throws {NetlinkDecodeError} If it has a different length. */
  uint(type: number): bigint | undefined {
    const value = this.bytes(type)?.length === 4 ? this.u32(type) : this.u64(type);
    return value === undefined ? undefined : BigInt(value);
  }

  /** A string, up to its NUL or to the end. */
  text(type: number): string | undefined {
    const bytes = this.bytes(type);
    return bytes === undefined ? undefined : textOf(bytes);
  }

  /** The strings of all attributes with one number, in order. */
  texts(type: number): string[] {
    return this.all(type).map(textOf);
  }

  /** The attributes nested in an attribute. @throws {NetlinkDecodeError} If they are malformed. */
  nested(type: number): Attributes | undefined {
    const bytes = this.bytes(type);
    return bytes === undefined ? undefined : new Attributes(bytes);
  }

  #view(type: number, size: number): DataView | undefined {
    const bytes = this.bytes(type);
    if (bytes === undefined) return undefined;
    if (bytes.length !== size) {
      throw new NetlinkDecodeError(
        `Cannot decode attribute ${type} as it must be ${size} bytes: current length is ${bytes.length}`,
      );
    }
    return new DataView(bytes.buffer, bytes.byteOffset, size);
  }
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

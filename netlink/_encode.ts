import { within } from "../checks/within.ts";
import { encodeAttribute } from "./attribute.ts";

/** An attribute of 1 byte. */
export function u8Attribute(type: number, value: number, field: string): Uint8Array {
  return encodeAttribute(type, new Uint8Array([within("encode an attribute", field, value, 0xff)]));
}

/** An attribute of 2 bytes in host byte order; optionally big-endian. */
export function u16Attribute(type: number, value: number, field: string, isBigEndian = false): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, within("encode an attribute", field, value, 0xffff), !isBigEndian);
  return encodeAttribute(type, bytes);
}

/** An attribute of 4 bytes in host byte order. */
export function u32Attribute(type: number, value: number, field: string): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, within("encode an attribute", field, value, 0xffffffff), true);
  return encodeAttribute(type, bytes);
}

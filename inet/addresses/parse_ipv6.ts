import { checkText } from "../../checks/check_text.ts";
import { readIpv6Text } from "./_ipv6_text.ts";

const MAX_SCOPE_ID = 0xffffffff;

/** A parsed IPv6 address, as {@linkcode parseIpv6} returns it. */
export interface Ipv6 {
  /** The 16 bytes in network order. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The zone, if it is a name: `eth0` in `fe80::1%eth0`. {@linkcode interfaces} lists its index. */
  zone?: string;
  /** The zone, if it is a number: 3 in `fe80::1%3`. */
  scopeId?: number;
}

/** The zone of a parsed IPv6 address. */
export type Zone = Pick<Ipv6, "zone" | "scopeId">;

const NO_ZONE: Zone = {};

/**
 * Parses an IPv6 address, with or without a zone.
 *
 * It takes every text form of RFC 4291, including a dotted-decimal end, but no brackets, prefix lengths or white space.
 * A zone of only digits is a number; any other zone is a name and stays text. No permission is needed.
 *
 * @param text The address.
 * @returns Its bytes, and its zone if it has one.
 * @throws {SyntaxError} If the text is not such an address, or its zone is empty, holds a `%`, `/`, bracket or white
 * space, or is a number above 4294967295.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc4291#section-2.2 | RFC 4291}
 * @see {@link https://www.rfc-editor.org/rfc/rfc4007#section-11 | RFC 4007}
 *
 * @example Parse an address with a zone
 * ```ts
 * import { parseIpv6 } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
 * assertEquals(parseIpv6("fe80::1"), { bytes });
 * assertEquals(parseIpv6("fe80::1%eth0"), { bytes, zone: "eth0" });
 * assertEquals(parseIpv6("fe80::1%3"), { bytes, scopeId: 3 });
 * ```
 */
export function parseIpv6(text: string): Ipv6 {
  const bytes = new Uint8Array(16);
  return { bytes, ...parseIpv6Into(bytes, 0, text) };
}

/** Like {@linkcode parseIpv6}, into the 16 bytes at `offset`; returns the zone. */
export function parseIpv6Into(bytes: Uint8Array, offset: number, text: string): Zone {
  checkText("parse IPv6 address", text);
  const percent = text.indexOf("%");
  if (readIpv6Text(text, 0, percent < 0 ? text.length : percent, bytes, offset)) {
    if (percent < 0) return NO_ZONE;
    const zone = text.slice(percent + 1);
    if (!/^[0-9]+$/.test(zone)) {
      if (/^[^%/[\]\s\p{Cc}]+$/u.test(zone)) return { zone };
    } else if (Number(zone) <= MAX_SCOPE_ID) {
      return { scopeId: Number(zone) };
    }
  }
  throw new SyntaxError(`Cannot parse IPv6 address: current value is ${JSON.stringify(text)}`);
}

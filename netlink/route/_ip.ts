import { quoted } from "../../checks/quoted.ts";
import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { formatIpv4 } from "../../inet/addresses/format_ipv4.ts";
import { formatIpv6 } from "../../inet/addresses/format_ipv6.ts";
import { parseIpv4 } from "../../inet/addresses/parse_ipv4.ts";
import { parseIpv6 } from "../../inet/addresses/parse_ipv6.ts";
import { NetlinkDecodeError } from "../decode_error.ts";

/** The bytes of an address, with its family. */
export interface IpBytes {
  family: number;
  bytes: Uint8Array;
}

/** The text of an IPv4 or IPv6 address, by its length. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return formatIpv4(bytes);
  if (bytes.length === 16) return formatIpv6(bytes);
  throw new NetlinkDecodeError(
    `Cannot decode an address as it must be 4 or 16 bytes: current length is ${bytes.length}`,
  );
}

/** The bytes of an address without a zone. */
export function ipBytes(text: string): IpBytes {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot encode an address as it must be a string: current value is ${quoted(text)}`);
  }
  if (!text.includes(":")) return { family: C.AF_INET, bytes: parseIpv4(text) };
  const { bytes, zone, scopeId } = parseIpv6(text);
  if (zone === undefined && scopeId === undefined) return { family: C.AF_INET6, bytes };
  throw new SyntaxError(
    `Cannot encode an address with a zone, pass the interface instead: current value is ${quoted(text)}`,
  );
}

/** A network as text: `default`, `10.0.0.0/8`; a single address also has its prefix length. */
export function networkText(family: number, bytes: Uint8Array | undefined, prefixLength: number): string {
  if (bytes !== undefined) return `${ipText(bytes)}/${prefixLength}`;
  if (prefixLength === 0) return "default";
  return `${ipText(new Uint8Array(family === C.AF_INET ? 4 : 16))}/${prefixLength}`;
}

/**
 * The bytes of a network; `default` has no family. An address without a prefix length is a network with one address.
 */
export function networkBytes(text: string): IpBytes & { prefixLength: number } {
  if (text === "default") return { family: C.AF_UNSPEC, bytes: new Uint8Array(), prefixLength: 0 };
  if (typeof text !== "string") {
    throw new TypeError(`Cannot encode a network as it must be a string: current value is ${quoted(text)}`);
  }
  const slash = text.indexOf("/");
  const { family, bytes } = ipBytes(slash < 0 ? text : text.slice(0, slash));
  const length = slash < 0 ? `${bytes.length * 8}` : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) {
    throw new SyntaxError(
      `Cannot encode a network as its prefix length must be a number: current value is ${quoted(text)}`,
    );
  }
  const prefixLength = within("encode a network", "length of the prefix", Number(length), bytes.length * 8);
  return { family, bytes, prefixLength };
}

/** The common family of some addresses; `fallback` if none of them has one. */
export function familyOf(families: (number | undefined)[], fallback: number): number {
  const told = new Set(families.filter((family) => family !== undefined && family !== C.AF_UNSPEC));
  if (told.size > 1) throw new TypeError("Cannot mix IPv4 and IPv6 addresses");
  return [...told][0] ?? fallback;
}

/** A hardware address as text: two hexadecimal digits per byte; for an IP tunnel, its IP address. */
export function hardwareText(type: number, bytes: Uint8Array): string {
  const isTunnel = TUNNELS.includes(type) && (bytes.length === 4 || bytes.length === 16);
  return isTunnel ? ipText(bytes) : Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** `ARPHRD_TUNNEL`, `ARPHRD_TUNNEL6`, `ARPHRD_SIT`, `ARPHRD_IPGRE`, `ARPHRD_IP6GRE`. */
const TUNNELS = [768, 769, 776, 778, 823];

/** The bytes of a hardware address. */
export function hardwareBytes(text: string): Uint8Array {
  if (typeof text === "string" && /^[\da-f]{1,2}(?::[\da-f]{1,2})*$/i.test(text) && text.length <= 95) {
    return Uint8Array.from(text.split(":"), (part) => parseInt(part, 16));
  }
  throw new SyntaxError(`Cannot encode a hardware address such as 02:00:00:00:00:01: current value is ${quoted(text)}`);
}

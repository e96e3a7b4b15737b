import { checkObject } from "../../checks/check_object.ts";
import { checkText } from "../../checks/check_text.ts";
import type { OptionNames } from "../../checks/option_names.ts";
import { quoted } from "../../checks/quoted.ts";
import { parseIpv4 } from "./parse_ipv4.ts";
import { parseIpv6 } from "./parse_ipv6.ts";

/** An IPv4 or IPv6 address with a port, in the shape of `Deno.NetAddr`, with two more numbers for IPv6. */
export interface NetAddr {
  /** The protocol of the port. It depends on the socket; a sockaddr does not contain it. */
  transport: "tcp" | "udp";
  /** The numeric address without brackets; the name of a zone follows a `%`. */
  hostname: string;
  /** The port, in host order. */
  port: number;
  /** The zone of a link-local IPv6 address, usually an interface index. Absent if it is 0. */
  scopeId?: number;
  /** The traffic class and flow label of IPv6 (`sin6_flowinfo`), 28 bits in host order. Absent if it is 0. */
  flowinfo?: number;
}

/** The names of the fields of {@linkcode NetAddr}. */
export const NET_ADDR: OptionNames<NetAddr> = {
  flowinfo: true,
  hostname: true,
  port: true,
  scopeId: true,
  transport: true,
};

/**
 * Formats an address and its port as one string: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%3]:80`.
 *
 * It takes any text as the hostname, so that messages can show any; it ignores `transport` and `flowinfo`. No permission
 * is needed.
 *
 * @param addr The address.
 * @returns The text.
 * @throws {TypeError} If the address is not an object, or its hostname not a string.
 *
 * @example Format the address of a peer
 * ```ts
 * import { formatNetAddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatNetAddr({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
 * assertEquals(formatNetAddr({ hostname: "fe80::1", port: 80, scopeId: 3 }), "[fe80::1%3]:80");
 * ```
 */
export function formatNetAddr(addr: Pick<NetAddr, "hostname" | "port" | "scopeId">): string {
  checkObject("format an address", "it", addr);
  const { hostname, port, scopeId } = addr;
  checkText("format a hostname", hostname);
  if (!hostname.includes(":")) return `${hostname}:${port}`;
  return scopeId && !hostname.includes("%") ? `[${hostname}%${scopeId}]:${port}` : `[${hostname}]:${port}`;
}

/**
 * Parses the text of an address with a port, as {@linkcode formatNetAddr} writes it.
 *
 * The address must be numeric, as {@linkcode parseIpv4} or {@linkcode parseIpv6} take it; it does not look up names. No
 * permission is needed.
 *
 * @param text The address.
 * @param transport The protocol of the port. Default: "tcp".
 * @returns The address. Its hostname is as written in the text, except that a numeric zone becomes the `scopeId`.
 * @throws {SyntaxError} If the text is not such an address, or the port is not a decimal number up to 65535.
 * @throws {TypeError} If the transport is another.
 *
 * @example Parse an address
 * ```ts
 * import { parseNetAddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseNetAddr("[::1]:53", "udp"), { transport: "udp", hostname: "::1", port: 53 });
 * ```
 */
export function parseNetAddr(text: string, transport: NetAddr["transport"] = "tcp"): NetAddr {
  if (transport !== "tcp" && transport !== "udp") {
    throw new TypeError(
      `Cannot parse an address as the transport must be tcp or udp: current value is ${quoted(transport)}`,
    );
  }
  checkText("parse an address and port", text);
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, colon);
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || String(port) !== text.slice(colon + 1) || !(port >= 0 && port <= 0xffff && Number.isInteger(port))) {
    throw new SyntaxError(`Cannot parse address and port: current value is ${JSON.stringify(text)}`);
  }
  if (!(host.startsWith("[") && host.endsWith("]"))) {
    parseIpv4(host);
    return { transport, hostname: host, port };
  }
  const hostname = host.slice(1, -1);
  const { scopeId } = parseIpv6(hostname);
  if (scopeId === undefined) return { transport, hostname, port };
  const bare = { transport, hostname: hostname.slice(0, hostname.indexOf("%")), port };
  return scopeId === 0 ? bare : { ...bare, scopeId };
}

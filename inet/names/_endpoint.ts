import { pickedFrom } from "../../checks/option_names.ts";
import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { lookupAddrinfo } from "../../ffi/lookup_addrinfo.ts";
import { inNetworkNamespace } from "../../socket/network_namespace.ts";
import type { Endpoint } from "../_connect_first.ts";
import { encodeHost } from "../addresses/_encode_host.ts";
import { formatNetAddr, NET_ADDR } from "../addresses/addr.ts";
import type { UdpDestination } from "../addresses/addr_codec.ts";
import { decodeInetSockaddr } from "../addresses/sockaddr.ts";
import { lookupError, orAborted } from "./lookup.ts";

/**
 * The endpoint of the numeric address in options; for `localhost`, 127.0.0.1. The name of a zone is looked up in the network
 * namespace.
 */
export function numericEndpoint(options: UdpDestination, networkNamespace?: string): Endpoint {
  const addr = pickedFrom(options, NET_ADDR);
  const sockaddr = networkNamespace === undefined
    ? encodeHost(addr)
    : inNetworkNamespace(networkNamespace, () => encodeHost(addr));
  return { family: addr.hostname.includes(":") ? C.AF_INET6 : C.AF_INET, sockaddr, address: formatNetAddr(addr) };
}

/**
 * The endpoints of a host name or numeric address, in the system's order of preference (RFC 6724).
 *
 * @throws {Error} If the name has no address; its `code` is libc's, such as `"EAI_NONAME"`.
 */
export async function resolveEndpoints(
  addr: UdpDestination & { networkNamespace?: string },
  signal: AbortSignal,
): Promise<Endpoint[]> {
  const { hostname, port } = addr;
  if (hostname === "") throw new TypeError('Cannot connect as the hostname is empty: current value is ""');
  if (isNumeric(hostname)) return [numericEndpoint(addr, addr.networkNamespace)];
  within("connect", "port", port, 0xffff);
  const answers = await orAborted(lookupAddrinfo(hostname, String(port), { type: C.SOCK_STREAM }), signal);
  if (typeof answers === "number") throw lookupError(hostname, answers);
  return answers
    .filter(({ family }) => family === C.AF_INET || family === C.AF_INET6)
    .map(({ family, sockaddr }) => ({ family, sockaddr, address: formatNetAddr(decodeInetSockaddr(sockaddr)) }));
}

/** A hostname that is not a string fails like an invalid address. */
function isNumeric(hostname: string): boolean {
  return typeof hostname !== "string" || /^[\d.]+$/.test(hostname) || hostname.includes(":");
}

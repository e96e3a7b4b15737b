import type { AddrCodec } from "../../socket/addr_codec.ts";
import { encodeHost } from "./_encode_host.ts";
import { formatNetAddr, type NetAddr } from "./addr.ts";
import { decodeInetSockaddr } from "./sockaddr.ts";

/** The codec for TCP addresses: numeric ones and `localhost`. */
export const tcpAddrCodec: AddrCodec<NetAddr, Omit<NetAddr, "transport">> = {
  encode: encodeHost,
  decode: (sockaddr) => decodeInetSockaddr(sockaddr, "tcp"),
  format: formatNetAddr,
};

/** The destination of a datagram: a numeric address or `localhost`. */
export type UdpDestination = Omit<NetAddr, "transport">;

/** The codec for UDP addresses. */
export const udpAddrCodec: AddrCodec<NetAddr, UdpDestination> = {
  encode: encodeHost,
  decode: (sockaddr) => decodeInetSockaddr(sockaddr, "udp"),
  format: formatNetAddr,
};

/** An IPv4 or IPv6 address; a UDP address also has a port. */
export interface IpAddr {
  /**
   * The numeric address without brackets, or `localhost`; a zone follows a `%`, as the name or the index of an
   * interface.
   */
  hostname: string;
  /** The zone of a link-local IPv6 address, usually an interface index. */
  scopeId?: number;
}

/** The codec for addresses without a port. */
export const ipAddrCodec: AddrCodec<IpAddr> = {
  encode: (addr, socket) => encodeHost({ port: 0, ...addr }, socket), // an address of getaddrinfo() has one, too
  decode: (sockaddr) => {
    const { hostname, scopeId } = decodeInetSockaddr(sockaddr, "udp");
    return scopeId === undefined ? { hostname } : { hostname, scopeId };
  },
  format: ({ hostname, scopeId }) => scopeId ? `${hostname}%${scopeId}` : hostname,
};

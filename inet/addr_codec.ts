import type { AddrCodec } from "../socket/addr_codec.ts";
import { formatNetAddr, type NetAddr } from "./addr.ts";
import { decodeInetSockaddr, encodeInetSockaddr } from "./sockaddr.ts";

/** The codec of TCP's addresses. */
export const tcpAddrCodec: AddrCodec<NetAddr> = {
  encode: encodeInetSockaddr,
  decode: (sockaddr) => decodeInetSockaddr(sockaddr, "tcp"),
  format: formatNetAddr,
};

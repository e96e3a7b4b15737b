import { checkBytes } from "../../checks/check_bytes.ts";
import type { AddrCodec } from "../addr_codec.ts";

/** Addresses as sockaddr bytes, for families that have no codec. */
export const sockaddrCodec: AddrCodec<Uint8Array> = {
  encode(sockaddr) {
    checkBytes(sockaddr);
    return sockaddr;
  },
  decode: (sockaddr) => sockaddr,
  format: (sockaddr) => `sockaddr ${Array.from(sockaddr, (byte) => byte.toString(16).padStart(2, "0")).join("")}`,
};

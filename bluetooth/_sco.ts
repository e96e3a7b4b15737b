import { C } from "../ffi/constants.ts";
import type { Kind } from "./open_bluetooth.ts";
import { SCO_ADDR, type ScoAddr, scoAddrCodec } from "./sockaddr.ts";

/** What SCO sockets are opened with. */
export const SCO: Kind<ScoAddr> = {
  type: C.SOCK_SEQPACKET,
  protocol: C.BTPROTO_SCO,
  codec: scoAddrCodec,
  names: SCO_ADDR,
};

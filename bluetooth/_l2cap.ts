import { C } from "../ffi/constants.ts";
import type { Kind } from "./open_bluetooth.ts";
import { L2CAP_ADDR, type L2capAddr, l2capAddrCodec } from "./sockaddr.ts";

/** What L2CAP sockets are opened with. */
export const L2CAP: Kind<L2capAddr> = {
  type: C.SOCK_SEQPACKET,
  protocol: C.BTPROTO_L2CAP,
  codec: l2capAddrCodec,
  names: L2CAP_ADDR,
};

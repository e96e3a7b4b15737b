import { C } from "../ffi/constants.ts";
import type { SocketKind } from "../socket/socket_kind.ts";
import { L2CAP_ADDR, type L2capAddr, l2capAddrCodec } from "./sockaddr.ts";

/** What L2CAP sockets are opened with. */
export const L2CAP: SocketKind<L2capAddr> = {
  family: C.AF_BLUETOOTH,
  type: C.SOCK_SEQPACKET,
  protocol: C.BTPROTO_L2CAP,
  codec: l2capAddrCodec,
  names: L2CAP_ADDR,
};

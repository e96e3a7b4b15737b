import { C } from "../ffi/constants.ts";
import type { SocketKind } from "../socket/socket_kind.ts";
import { SCO_ADDR, type ScoAddr, scoAddrCodec } from "./sockaddr.ts";

/** What SCO sockets are opened with. */
export const SCO: SocketKind<ScoAddr> = {
  family: C.AF_BLUETOOTH,
  type: C.SOCK_SEQPACKET,
  protocol: C.BTPROTO_SCO,
  codec: scoAddrCodec,
  names: SCO_ADDR,
};

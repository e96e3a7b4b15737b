import { C } from "../ffi/constants.ts";
import type { SocketKind } from "../socket/socket_kind.ts";
import { RFCOMM_ADDR, type RfcommAddr, rfcommAddrCodec } from "./sockaddr.ts";

/** What RFCOMM sockets are opened with. */
export const RFCOMM: SocketKind<RfcommAddr> = {
  family: C.AF_BLUETOOTH,
  type: C.SOCK_STREAM,
  protocol: C.BTPROTO_RFCOMM,
  codec: rfcommAddrCodec,
  names: RFCOMM_ADDR,
};

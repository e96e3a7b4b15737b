import { C } from "../ffi/constants.ts";
import type { Kind } from "./open_bluetooth.ts";
import { RFCOMM_ADDR, type RfcommAddr, rfcommAddrCodec } from "./sockaddr.ts";

/** What RFCOMM sockets are opened with. */
export const RFCOMM: Kind<RfcommAddr> = {
  type: C.SOCK_STREAM,
  protocol: C.BTPROTO_RFCOMM,
  codec: rfcommAddrCodec,
  names: RFCOMM_ADDR,
};

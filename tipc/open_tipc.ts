import { C } from "../ffi/constants.ts";
import type { ConnectOptions, ListenOptions } from "../socket/open.ts";
import type { SocketKind } from "../socket/socket_kind.ts";
import {
  TIPC_ADDR,
  type TipcAddr,
  tipcAddrCodec,
  type TipcServiceAddr,
  type TipcServiceRange,
  type TipcSocketAddr,
} from "./sockaddr_tipc.ts";

/** The name that a listener has, and how it listens. */
export type TipcListenOptions = (TipcServiceAddr | TipcServiceRange) & ListenOptions;

/** Whom to connect to, and how. */
export type TipcConnectOptions = (TipcServiceAddr | TipcSocketAddr) & ConnectOptions;

/** What stream sockets are opened with. */
export const TIPC_STREAM: SocketKind<TipcAddr> = {
  family: C.AF_TIPC,
  type: C.SOCK_STREAM,
  codec: tipcAddrCodec,
  names: TIPC_ADDR,
};

/** What seqpacket sockets are opened with. */
export const TIPC_SEQPACKET: SocketKind<TipcAddr> = { ...TIPC_STREAM, type: C.SOCK_SEQPACKET };

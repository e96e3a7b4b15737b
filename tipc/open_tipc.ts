import { addressIn, checkOptions } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  LISTEN_OPTIONS,
  type ListenOptions,
  openConnection,
  openListener,
} from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import {
  TIPC_ADDR,
  tipcAddrCodec,
  type TipcServiceAddr,
  type TipcServiceRange,
  type TipcSocketAddr,
} from "./sockaddr_tipc.ts";

/** The name that a listener has, and how it listens. */
export type TipcListenOptions = (TipcServiceAddr | TipcServiceRange) & ListenOptions;

/** Whom to connect to, and how. */
export type TipcConnectOptions = (TipcServiceAddr | TipcSocketAddr) & ConnectOptions;

/** Opens a listening socket of a type. */
export function listenTipc(type: number, options: TipcListenOptions): Socket {
  checkOptions("listen", options, { ...LISTEN_OPTIONS, ...TIPC_ADDR });
  const addr = addressIn(options, TIPC_ADDR);
  const [sockaddr, address] = [tipcAddrCodec.encode(addr), tipcAddrCodec.format(addr)];
  const bind = (socket: Socket): void => socket.bind(sockaddr, address);
  return openListener({ open: () => Socket.open(C.AF_TIPC, type), bind }, options, address);
}

/** Opens a connected socket of a type. */
export async function connectTipc(type: number, options: TipcConnectOptions): Promise<Socket> {
  checkOptions("connect", options, { ...CONNECT_OPTIONS, ...TIPC_ADDR });
  const addr = addressIn(options, TIPC_ADDR);
  const [sockaddr, address] = [tipcAddrCodec.encode(addr), tipcAddrCodec.format(addr)];
  return await openConnection({ open: () => Socket.open(C.AF_TIPC, type) }, options, sockaddr, address);
}

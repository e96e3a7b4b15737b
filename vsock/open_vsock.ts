import { C } from "../ffi/constants.ts";
import { type ConnectOptions, type ListenOptions, openConnection, openListener } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { type VsockAddr, vsockAddrCodec } from "./sockaddr_vm.ts";

/** Where a listener listens, and how. */
export interface VsockListenOptions extends ListenOptions {
  /**
   * The CID to listen on.
   *
   * @default {VMADDR_CID_ANY}
   */
  cid?: number;
  /** The port. Default: one that the kernel chooses (`VMADDR_PORT_ANY`), which `addr` then tells. */
  port?: number;
}

/** Whom to connect to, and how. */
export interface VsockConnectOptions extends VsockAddr, ConnectOptions {}

/** Opens a listening socket of a type. */
export function listenVsock(type: number, options: VsockListenOptions): Socket {
  const [sockaddr, address] = [vsockAddrCodec.encode(options), vsockAddrCodec.format(options)];
  const bind = (socket: Socket): void => socket.bind(sockaddr, address);
  return openListener({ open: () => Socket.open(C.AF_VSOCK, type), bind }, options, address);
}

/** Opens a connected socket of a type. */
export async function connectVsock(type: number, options: VsockConnectOptions): Promise<Socket> {
  const [sockaddr, address] = [vsockAddrCodec.encode(options), vsockAddrCodec.format(options)];
  return await openConnection({ open: () => Socket.open(C.AF_VSOCK, type) }, options, sockaddr, address);
}

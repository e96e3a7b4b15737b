import { checkTransport } from "../checks/check_transport.ts";
import { addressIn, checkOptions, type OptionNames } from "../checks/option_names.ts";
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
import { VSOCK_ADDR, type VsockAddr, vsockAddrCodec } from "./sockaddr_vm.ts";

/** Options of a listener: its address, and how to listen. */
export interface VsockListenOptions extends ListenOptions {
  /**
   * The CID to listen on.
   *
   * @default {VMADDR_CID_ANY}
   */
  cid?: number;
  /** The port. Default: one that the kernel chooses (`VMADDR_PORT_ANY`), which `addr` then has. */
  port?: number;
  /** `"vsock"`, as addresses have it, so that one can be given as it is. */
  transport?: VsockAddr["transport"];
}

/** Options of a connection: the address, and how to connect. */
export interface VsockConnectOptions extends Omit<VsockAddr, "transport">, ConnectOptions {
  /** `"vsock"`, as addresses have it, so that one can be given as it is. */
  transport?: VsockAddr["transport"];
}

const LISTEN: OptionNames<VsockListenOptions> = { ...LISTEN_OPTIONS, ...VSOCK_ADDR };
const CONNECT: OptionNames<VsockConnectOptions> = { ...CONNECT_OPTIONS, ...VSOCK_ADDR };

/** Opens a listening socket of a type. */
export function listenVsock(type: number, options: VsockListenOptions): Socket {
  checkOptions("listen", options, LISTEN);
  checkTransport("listen", options.transport, "vsock");
  const [sockaddr, address] = [vsockAddrCodec.encode(addressIn(options, VSOCK_ADDR)), vsockAddrCodec.format(options)];
  const bind = (socket: Socket): void => socket.bind(sockaddr, address);
  return openListener({ open: () => Socket.open(C.AF_VSOCK, type), bind }, options, address);
}

/** Opens a connected socket of a type. */
export async function connectVsock(type: number, options: VsockConnectOptions): Promise<Socket> {
  checkOptions("connect", options, CONNECT);
  checkTransport("connect", options.transport, "vsock");
  const [sockaddr, address] = [vsockAddrCodec.encode(addressIn(options, VSOCK_ADDR)), vsockAddrCodec.format(options)];
  return await openConnection({ open: () => Socket.open(C.AF_VSOCK, type) }, options, sockaddr, address);
}

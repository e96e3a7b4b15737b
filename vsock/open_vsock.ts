import { C } from "../ffi/constants.ts";
import type { ConnectOptions, ListenOptions } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { connectTo, type SocketKind } from "../socket/socket_kind.ts";
import { encodeSockaddrVm, VSOCK_ADDR, type VsockAddr, vsockAddrCodec, type VsockDestination } from "./sockaddr_vm.ts";

/** Options of a listener: its address, and how to listen. */
export interface VsockListenOptions extends VsockDestination, ListenOptions {}

/** Options of a connection: the address, and how to connect. */
export interface VsockConnectOptions extends Omit<VsockAddr, "transport">, ConnectOptions {
  /** `"vsock"`, as addresses have it, so that one can be given as it is. */
  transport?: VsockAddr["transport"];
}

/** What stream sockets are opened with. */
export const VSOCK_STREAM: SocketKind<VsockDestination> = {
  family: C.AF_VSOCK,
  type: C.SOCK_STREAM,
  codec: vsockAddrCodec,
  names: VSOCK_ADDR,
};

/** What seqpacket sockets are opened with. */
export const VSOCK_SEQPACKET: SocketKind<VsockDestination> = { ...VSOCK_STREAM, type: C.SOCK_SEQPACKET };

/** Connects; without a CID or a port, the kernel would look for any peer until it gives up. */
export async function connectVsock(
  kind: SocketKind<VsockDestination>,
  options: VsockConnectOptions,
): Promise<Socket> {
  const encode = (addr: VsockDestination): Uint8Array => {
    const missing = (["cid", "port"] as const).find((name) => addr[name] === undefined);
    if (missing !== undefined) throw new TypeError(`Cannot connect as the address needs a ${missing}`);
    return encodeSockaddrVm(addr);
  };
  return await connectTo({ ...kind, codec: { ...kind.codec, encode } }, options);
}

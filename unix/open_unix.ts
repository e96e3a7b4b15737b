import { C } from "../ffi/constants.ts";
import { type ConnectOptions, type ListenOptions, openConnection, openListener } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { formatUnixAddr, type UnixAddr, type UnixBindAddr } from "./addr.ts";
import { encodeSockaddrUn } from "./sockaddr_un.ts";
import { bindUnix, encodeBindAddr, type UnixBindOptions } from "./socket_file.ts";

/** Options of a unix listener: its address, and how to listen. */
export type UnixListenOptions = UnixBindAddr & UnixBindOptions & ListenOptions;

/** Options of a unix connection: the address, and how to connect. */
export type UnixConnectOptions = UnixAddr & ConnectOptions & {
  /** The address of this end, the other's `remoteAddr`. Its file is removed when the connection is closed. */
  localAddr?: UnixBindAddr;
};

/** Opens a listening socket. */
export function listenUnix(type: number, options: UnixListenOptions): Socket {
  encodeBindAddr(options); // what is wrong with it costs no socket
  const open = (): Socket => Socket.open(C.AF_UNIX, type);
  const bind = (socket: Socket): void => bindUnix(socket, options, options);
  return openListener({ open, bind }, options, formatUnixAddr(options));
}

/** Opens a connected socket. */
export async function connectUnix(type: number, options: UnixConnectOptions): Promise<Socket> {
  const { localAddr } = options;
  const sockaddr = encodeSockaddrUn(options);
  if (localAddr !== undefined) encodeBindAddr(localAddr);
  const open = (): Socket => Socket.open(C.AF_UNIX, type);
  const bind = (socket: Socket): void => localAddr && bindUnix(socket, localAddr);
  return await openConnection({ open, bind }, options, sockaddr, formatUnixAddr(options));
}

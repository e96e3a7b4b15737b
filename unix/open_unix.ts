import { C } from "../ffi/constants.ts";
import { Socket } from "../socket/socket.ts";
import type { WaitOptions } from "../socket/wait_options.ts";
import { formatUnixAddr, type UnixAddr, type UnixBindAddr } from "./addr.ts";
import { encodeSockaddrUn } from "./sockaddr_un.ts";
import { bindUnix, encodeBindAddr, type UnixBindOptions } from "./socket_file.ts";

/** Options of a unix listener: its address, and how to listen. */
export type UnixListenOptions = UnixBindAddr & UnixBindOptions & {
  /**
   * Connections that may wait to be accepted (listen(2)); the system's `net.core.somaxconn` bounds it.
   *
   * @default {511}
   */
  backlog?: number;
  /** Called with the socket before bind(2), to set any option. */
  configure?: (socket: Socket) => void;
};

/** Options of a unix connection: the address, and how to connect. */
export type UnixConnectOptions = UnixAddr & WaitOptions & {
  /** The address of this end, the other's `remoteAddr`. Its file is removed when the connection is closed. */
  localAddr?: UnixBindAddr;
  /** Called with the socket before connect(2), to set any option. */
  configure?: (socket: Socket) => void;
};

/** Opens a socket of a type and prepares it; closes it if that fails. `addr` is what it will be bound to, if at all. */
export function openUnix(type: number, addr: UnixBindAddr | undefined, prepare: (socket: Socket) => void): Socket {
  if (addr !== undefined) encodeBindAddr(addr); // what is wrong with it costs no socket
  const socket = Socket.open(C.AF_UNIX, type);
  try {
    prepare(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Opens a listening socket. */
export function listenUnix(type: number, options: UnixListenOptions): Socket {
  return openUnix(type, options, (socket) => {
    options.configure?.(socket);
    bindUnix(socket, options, options);
    socket.listen(options.backlog ?? 511, formatUnixAddr(options));
  });
}

/** Opens a connected socket. */
export async function connectUnix(type: number, options: UnixConnectOptions): Promise<Socket> {
  const sockaddr = encodeSockaddrUn(options);
  const socket = openUnix(type, options.localAddr, (socket) => {
    options.configure?.(socket);
    if (options.localAddr !== undefined) bindUnix(socket, options.localAddr);
  });
  try {
    const { signal, timeout } = options;
    await socket.connect(sockaddr, {
      address: formatUnixAddr(options),
      ...(signal === undefined ? {} : { signal }),
      ...(timeout === undefined ? {} : { timeout }),
    });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

import { checkOptions, type OptionNames, pickedFrom } from "../checks/option_names.ts";
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
import { checkWaitOptions } from "../socket/wait_options.ts";
import {
  checkUnixTransport,
  formatUnixAddr,
  UNIX_ADDR_NAMES,
  UNIX_BIND_ADDR_NAMES,
  type UnixBindAddr,
  type UnixDestination,
} from "./addr.ts";
import { encodeSockaddrUn } from "./sockaddr_un.ts";
import { bindUnix, encodeBindAddr, UNIX_BIND_OPTIONS, type UnixBindOptions } from "./socket_file.ts";

/** Options of a unix listener: its address, and how to listen. */
export type UnixListenOptions = UnixBindAddr & UnixBindOptions & ListenOptions;

/** Options of a unix connection: the address, and how to connect. */
export type UnixConnectOptions = UnixDestination & ConnectOptions & {
  /** The address of this end, which is the other end's `remoteAddr`. Closing the connection removes its file. */
  localAddr?: UnixBindAddr;
};

const UNIX_LISTEN_OPTIONS: OptionNames<UnixListenOptions> = { ...UNIX_BIND_OPTIONS, ...LISTEN_OPTIONS };
const UNIX_CONNECT_OPTIONS: OptionNames<UnixConnectOptions> = {
  ...UNIX_ADDR_NAMES,
  ...CONNECT_OPTIONS,
  localAddr: true,
};

/** Opens a listening socket. */
export function listenUnix(type: number, options: UnixListenOptions): Socket {
  options = checkOptions("listen", options, UNIX_LISTEN_OPTIONS);
  checkUnixTransport("listen", options, "unix");
  const addr = pickedFrom(options, UNIX_BIND_ADDR_NAMES);
  encodeBindAddr(addr); // throws before a socket is opened
  const open = (): Socket => Socket.open(C.AF_UNIX, type);
  const bind = (socket: Socket): void => bindUnix(socket, addr, options);
  return openListener({ open, bind }, options, formatUnixAddr(options));
}

/** Opens a connected socket. */
export async function connectUnix(type: number, options: UnixConnectOptions): Promise<Socket> {
  options = checkWaitOptions("connect", options, UNIX_CONNECT_OPTIONS);
  checkUnixTransport("connect", options, "unix");
  const localAddr = options.localAddr && checkOptions("use localAddr", options.localAddr, UNIX_BIND_ADDR_NAMES);
  const sockaddr = encodeSockaddrUn(pickedFrom(options, UNIX_ADDR_NAMES));
  if (localAddr !== undefined) encodeBindAddr(localAddr);
  const open = (): Socket => Socket.open(C.AF_UNIX, type);
  const bind = (socket: Socket): void => localAddr && bindUnix(socket, localAddr);
  return await openConnection({ open, bind }, options, sockaddr, formatUnixAddr(options));
}

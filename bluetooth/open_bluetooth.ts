import { addressIn, checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  LISTEN_OPTIONS,
  type ListenOptions,
  openConnection,
  openListener,
} from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { addressOr } from "./sockaddr.ts";

/** A family of addresses by what its sockets are opened with. */
export interface Kind<A> {
  type: number;
  protocol: number;
  codec: AddrCodec<A>;
  names: OptionNames<A>;
}

/** Where a listener listens: the address of one controller; default: all of this machine. */
export type BluetoothListenOptions<A extends { address: string }> =
  & Omit<A, "address">
  & { address?: string }
  & ListenOptions;

/** Whom to connect to, and how. */
export type BluetoothConnectOptions<A> = A & ConnectOptions & {
  /** The address of the controller of this machine to connect from. Default: the kernel chooses. */
  localAddress?: string;
};

/** Opens a listening socket. */
export function listenBluetooth<A extends { address: string }>(
  { type, protocol, codec, names }: Kind<A>,
  options: BluetoothListenOptions<A>,
): Socket {
  checkOptions("listen", options, { ...LISTEN_OPTIONS, ...names });
  const addr = addressIn({ ...options, address: addressOr(options.address) } as unknown as A, names);
  const [sockaddr, address] = [codec.encode(addr), codec.format(addr)];
  const bind = (socket: Socket): void => socket.bind(sockaddr, address);
  return openListener({ open: () => Socket.open(C.AF_BLUETOOTH, type, protocol), bind }, options, address);
}

/** Opens a connected socket; `local` makes the address to bind to of the controller's. */
export async function connectBluetooth<A>(
  { type, protocol, codec, names }: Kind<A>,
  options: BluetoothConnectOptions<A>,
  local: (address: string) => A,
): Promise<Socket> {
  checkOptions("connect", options, { ...CONNECT_OPTIONS, ...names, localAddress: true });
  const [sockaddr, address] = [codec.encode(addressIn(options, names)), codec.format(options)];
  const bind = (socket: Socket): void => {
    if (options.localAddress !== undefined) {
      socket.bind(codec.encode(local(options.localAddress)), options.localAddress);
    }
  };
  const open = (): Socket => Socket.open(C.AF_BLUETOOTH, type, protocol);
  return await openConnection({ open, bind }, options, sockaddr, address);
}

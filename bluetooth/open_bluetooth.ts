import { checkOptions, pickedFrom } from "../checks/option_names.ts";
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  LISTEN_OPTIONS,
  type ListenOptions,
  openConnection,
} from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { listenAt, type SocketKind } from "../socket/socket_kind.ts";
import { addressOr } from "./sockaddr.ts";

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
  kind: SocketKind<A>,
  options: BluetoothListenOptions<A>,
): Socket {
  options = checkOptions("listen", options, { ...LISTEN_OPTIONS, ...kind.names });
  return listenAt(kind, { ...options, address: addressOr(options.address) } as unknown as A & ListenOptions);
}

/** Opens a connected socket; `local` makes the address to bind to of the controller's. */
export async function connectBluetooth<A extends object>(
  { family, type, protocol, codec, names }: SocketKind<A>,
  options: BluetoothConnectOptions<A>,
  local: (address: string) => A,
): Promise<Socket> {
  options = checkOptions("connect", options, { ...CONNECT_OPTIONS, ...names, localAddress: true });
  const [sockaddr, address] = [codec.encode(pickedFrom(options, names)), codec.format(options)];
  const bind = (socket: Socket): void => {
    if (options.localAddress !== undefined) {
      socket.bind(codec.encode(local(options.localAddress)), options.localAddress);
    }
  };
  const open = (): Socket => Socket.open(family, type, protocol);
  return await openConnection({ open, bind }, options, sockaddr, address);
}

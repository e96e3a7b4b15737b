import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkFunction } from "../checks/check_function.ts";
import { checkOptions, pickedFrom } from "../checks/option_names.ts";
import type { AddrCodec } from "./addr_codec.ts";
import {
  CONNECT_OPTIONS,
  type ConnectOptions,
  LISTEN_OPTIONS,
  type ListenOptions,
  openConnection,
  openListener,
} from "./open.ts";
import { Socket } from "./socket.ts";

/**
 * What the sockets of a family are opened with, and how their addresses are written.
 *
 * @typeParam A The family's address, as it is given in options.
 */
export interface SocketKind<A extends object> {
  /** The address family, such as `AF_VSOCK`. */
  family: number;
  /** The type, such as `SOCK_STREAM`. */
  type: number;
  /**
   * The protocol.
   *
   * @default {0}
   */
  protocol?: number;
  /** The codec of the addresses. */
  codec: AddrCodec<unknown, A>;
  /** The names of the fields of an address: other options are refused. */
  names: Readonly<Record<string, true | "boolean">>;
}

/**
 * Opens a socket that listens on the address in its options. Permission: `--allow-ffi`.
 *
 * @param kind What to open.
 * @param options The address, and how to listen.
 * @returns The listening socket, which the caller owns.
 * @throws {TypeError} If there is an unknown option.
 * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { tcpAddrCodec } from "@berkeley/sockets/inet";
 * import { listenAt, SO_ACCEPTCONN } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * const names = { hostname: true, port: true } as const;
 * const tcp = { family: C.AF_INET, type: C.SOCK_STREAM, codec: tcpAddrCodec, names };
 * using socket = listenAt(tcp, { hostname: "127.0.0.1", port: 0 });
 * assert(socket.get(SO_ACCEPTCONN));
 * ```
 */
export function listenAt<A extends object>(kind: SocketKind<A>, options: A & ListenOptions): Socket {
  checkArgumentCount("call listenAt", arguments.length, "kind", "options");
  checkFunction("listen", "encode() of the codec", kind?.codec?.encode);
  options = checkOptions("listen", options, { ...LISTEN_OPTIONS, ...kind.names });
  const addr = pickedFrom<A>(options, kind.names);
  const [sockaddr, address] = [kind.codec.encode(addr), kind.codec.format(addr)];
  const bind = (socket: Socket): void => socket.bind(sockaddr, address);
  return openListener({ open: () => Socket.open(kind.family, kind.type, kind.protocol), bind }, options, address);
}

/**
 * Opens a socket and connects it to the address in its options. Permission: `--allow-ffi`.
 *
 * @param kind What to open.
 * @param options The address, and how to connect.
 * @returns The connected socket, which the caller owns.
 * @throws {TypeError} If there is an unknown option.
 * @throws {SystemError} If the connection fails, such as `ECONNREFUSED`.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { tcpAddrCodec } from "@berkeley/sockets/inet";
 * import { connectTo, listenAt } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const names = { hostname: true, port: true } as const;
 * const tcp = { family: C.AF_INET, type: C.SOCK_STREAM, codec: tcpAddrCodec, names };
 * using listener = listenAt(tcp, { hostname: "127.0.0.1", port: 0 });
 * const { hostname, port } = tcpAddrCodec.decode(listener.localSockaddr());
 * using socket = await connectTo(tcp, { hostname, port, timeout: 1000 });
 * assertEquals(socket.peerSockaddr(), listener.localSockaddr());
 * ```
 */
export async function connectTo<A extends object>(kind: SocketKind<A>, options: A & ConnectOptions): Promise<Socket> {
  checkArgumentCount("call connectTo", arguments.length, "kind", "options");
  checkFunction("connect", "encode() of the codec", kind?.codec?.encode);
  options = checkOptions("connect", options, { ...CONNECT_OPTIONS, ...kind.names });
  const addr = pickedFrom<A>(options, kind.names);
  const [sockaddr, address] = [kind.codec.encode(addr), kind.codec.format(addr)];
  return await openConnection(
    { open: () => Socket.open(kind.family, kind.type, kind.protocol) },
    options,
    sockaddr,
    address,
  );
}

import { checkArgumentCount } from "../checks/argument_count.ts";
import { oneOf } from "../checks/one_of.ts";
import { C } from "../ffi/constants.ts";
import { Socket } from "../socket/socket.ts";
import { UnixConn } from "./unix_conn.ts";
import { UnixDatagramSocket } from "./unix_datagram_socket.ts";
import { UnixSeqpacketConn } from "./unix_seqpacket_conn.ts";

/** What {@linkcode socketPair} returns for each type. */
export interface SocketPairs {
  /** Streams of bytes. */
  stream: [UnixConn, UnixConn];
  /** Messages, on a connection with an end. */
  seqpacket: [UnixSeqpacketConn, UnixSeqpacketConn];
  /** Datagrams. */
  datagram: [UnixDatagramSocket, UnixDatagramSocket];
}

/**
 * Makes two unnamed unix sockets that are connected to each other. Permission: `--allow-ffi`.
 *
 * @param type The type of both sockets.
 * @returns Both, which the caller owns.
 * @throws {TypeError} If there is no such type.
 * @throws {SystemError} If the kernel refuses, such as `EMFILE`.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/socketpair.2.html | socketpair(2)}
 *
 * @example Usage
 * ```ts
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * await left.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await right.read(new Uint8Array(16)), 3);
 * left.close();
 * right.close();
 * ```
 */
export function socketPair<T extends keyof SocketPairs>(type: T): SocketPairs[T] {
  checkArgumentCount("call socketPair", arguments.length, "type");
  const makers: { [K in keyof SocketPairs]: () => SocketPairs[K] } = {
    stream: () => pair(C.SOCK_STREAM, (socket) => new UnixConn(socket)),
    seqpacket: () => pair(C.SOCK_SEQPACKET, (socket) => new UnixSeqpacketConn(socket)),
    datagram: () => pair(C.SOCK_DGRAM, (socket) => new UnixDatagramSocket(socket)),
  };
  const make = makers[type];
  if (make === undefined) oneOf("make a pair", "type", type, makers); // throws
  return make();
}

function pair<T>(type: number, wrap: (socket: Socket) => T): [T, T] {
  const [left, right] = Socket.pair(C.AF_UNIX, type);
  return [wrap(left), wrap(right)];
}

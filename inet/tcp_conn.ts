import { C } from "../ffi/constants.ts";
import { Conn } from "../socket/conn.ts";
import { Socket } from "../socket/socket.ts";
import type { NetAddr } from "./addr.ts";
import { tcpAddrCodec } from "./addr_codec.ts";
import { connectStream } from "./connect_stream.ts";
import type { StreamConnectOptions } from "./stream_options.ts";

/** Options of {@linkcode TcpConn.connect}. */
export type TcpConnectOptions = StreamConnectOptions;

/** How TCP probes a silent connection, as {@linkcode TcpConn.setKeepAlive} takes it. */
export interface KeepAliveOptions {
  /** `TCP_KEEPIDLE`: seconds of silence before the first probe. Default: the system's, 7200. */
  idle?: number;
  /** `TCP_KEEPINTVL`: seconds between two probes. Default: the system's, 75. */
  interval?: number;
  /** `TCP_KEEPCNT`: probes without an answer before the connection is broken. Default: the system's, 9. */
  count?: number;
}

/**
 * A TCP connection, in the shape of `Deno.TcpConn`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/tcp.7.html | tcp(7)}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 * client.setNoDelay();
 * await client.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await server.read(new Uint8Array(16)), 3);
 * ```
 */
export class TcpConn extends Conn<NetAddr> {
  /**
   * Makes a TCP connection of a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tcpAddrCodec);
  }

  /**
   * Connects to a host. The addresses of a name are raced as RFC 8305 says. Permission: `--allow-ffi`.
   *
   * @param options Where to connect, and how long to wait.
   * @returns The connection.
   * @throws {SystemError} If no address answers, such as `ECONNREFUSED`, or the name has none (`EAI_NONAME`).
   */
  static async connect(options: TcpConnectOptions): Promise<TcpConn> {
    const open = (family: number) => Socket.open(family, C.SOCK_STREAM, C.IPPROTO_TCP);
    return new TcpConn(await connectStream(open, options));
  }

  /**
   * `TCP_NODELAY`: sends small writes at once, instead of gathering them while an answer is outstanding.
   *
   * @param noDelay Whether to.
   */
  setNoDelay(noDelay = true): void {
    this.socket.setOption(C.IPPROTO_TCP, C.TCP_NODELAY, noDelay ? 1 : 0);
  }

  /**
   * `SO_KEEPALIVE`: probes the other end when the connection is silent.
   *
   * @param keepAlive Whether to, or when and how often.
   */
  setKeepAlive(keepAlive: boolean | KeepAliveOptions = true): void {
    if (typeof keepAlive === "object") {
      const { idle, interval, count } = keepAlive;
      if (idle !== undefined) this.socket.setOption(C.IPPROTO_TCP, C.TCP_KEEPIDLE, idle);
      if (interval !== undefined) this.socket.setOption(C.IPPROTO_TCP, C.TCP_KEEPINTVL, interval);
      if (count !== undefined) this.socket.setOption(C.IPPROTO_TCP, C.TCP_KEEPCNT, count);
    }
    this.socket.setOption(C.SOL_SOCKET, C.SO_KEEPALIVE, keepAlive === false ? 0 : 1);
  }

  /**
   * `SO_LINGER`: what close(2) does with bytes that are not sent yet. 0 drops them and resets the connection.
   *
   * @param seconds How long the kernel goes on trying, or `null` for its default: in the background, until done.
   */
  setLinger(seconds: number | null): void {
    // struct linger { int l_onoff; int l_linger; };
    const linger = new Int32Array([seconds === null ? 0 : 1, seconds ?? 0]);
    this.socket.setOption(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(linger.buffer));
  }
}

import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError } from "../ffi/error.ts";
import { Conn } from "../socket/conn.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_KEEPALIVE, SO_LINGER } from "../socket/socket_options.ts";
import { WAIT_OPTIONS, type WaitOptions } from "../socket/wait_options.ts";
import { openTcp } from "./_open_tcp.ts";
import type { NetAddr } from "./addresses/addr.ts";
import { tcpAddrCodec } from "./addresses/addr_codec.ts";
import { connectStream } from "./connect_stream.ts";
import { MPTCP_INFO, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY } from "./options/tcp_options.ts";
import { STREAM_CONNECT_OPTIONS, type StreamConnectOptions } from "./stream_options.ts";

/** Options of {@linkcode TcpConn.connect}. */
export interface TcpConnectOptions extends StreamConnectOptions {
  /**
   * `IPPROTO_MPTCP`: Multipath TCP, if both ends support it; see {@linkcode TcpConn.isMultipath}.
   *
   * @default {false}
   */
  multipath?: boolean;
}

const TCP_CONNECT_OPTIONS: OptionNames<TcpConnectOptions> = { ...STREAM_CONNECT_OPTIONS, multipath: "boolean" };
/** What replaces the options of node:net and Deno. */
export const TCP_ELSEWHERE = {
  keepAlive: "use the connection's setKeepAlive()",
  keepAliveInitialDelay: "use the connection's setKeepAlive({ idle })",
  noDelay: "use the connection's setNoDelay()",
} as const;

/** How TCP probes a silent connection, for {@linkcode TcpConn.setKeepAlive}. */
export interface KeepAliveOptions {
  /** `TCP_KEEPIDLE`: seconds of silence before the first probe. Default: the system's, 7200. */
  idle?: number;
  /** `TCP_KEEPINTVL`: seconds between two probes. Default: the system's, 75. */
  interval?: number;
  /** `TCP_KEEPCNT`: probes without an answer before the connection is broken. Default: the system's, 9. */
  count?: number;
}

const KEEP_ALIVE_OPTIONS: OptionNames<KeepAliveOptions> = { count: true, idle: true, interval: true };

/**
 * A TCP connection, in the shape of `Deno.TcpConn`. It inherits `read`, `write`, `closeWrite`, the streams and
 * `close` from {@linkcode Conn} in `./socket`.
 *
 * `Deno.startTls(conn)` type-checks but throws: it takes only Deno's own connections. Use `startTls()` of `./node`
 * instead.
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
   * Makes a TCP connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tcpAddrCodec);
  }

  /**
   * Connects to a host. It races the addresses of a name as RFC 8305 describes. TCP can connect a socket to itself, where
   * nothing listens on a port that may be a local one: that is refused as everywhere else, unless `localAddr` has the
   * port. Permission: `--allow-ffi`.
   *
   * @param options The address to connect to, and how long to wait.
   * @returns The connection.
   * @throws {TypeError} If an option is invalid or unknown.
   * @throws {SystemError} If no address answers, such as `ECONNREFUSED`, or the name has none (`EAI_NONAME`).
   */
  static async connect(options: TcpConnectOptions): Promise<TcpConn> {
    checkArgumentCount("connect", arguments.length, "{ hostname, port, signal, timeout, … }");
    options = checkOptions("connect", options, TCP_CONNECT_OPTIONS, TCP_ELSEWHERE);
    const { multipath = false, ...stream } = options;
    return new TcpConn(await connectStream((family) => openTcp(family, multipath), stream));
  }

  /**
   * `TCP_NODELAY`: sends small writes immediately, instead of collecting them while data is unacknowledged.
   *
   * @param noDelay Whether to do so.
   */
  setNoDelay(noDelay = true): void {
    checkArgumentCount("call setNoDelay", arguments.length, "noDelay");
    this.socket.set(TCP_NODELAY, noDelay);
  }

  /**
   * `SO_KEEPALIVE`: probes the other end when the connection is silent.
   *
   * @param keepAlive Whether to do so, or when and how often.
   */
  setKeepAlive(keepAlive: boolean | KeepAliveOptions = true): void {
    checkArgumentCount("call setKeepAlive", arguments.length, "keepAlive");
    if (typeof keepAlive !== "boolean") {
      keepAlive = checkOptions("set keep-alive", keepAlive, KEEP_ALIVE_OPTIONS);
      const { idle, interval, count } = keepAlive;
      if (idle !== undefined) this.socket.set(TCP_KEEPIDLE, idle);
      if (interval !== undefined) this.socket.set(TCP_KEEPINTVL, interval);
      if (count !== undefined) this.socket.set(TCP_KEEPCNT, count);
    }
    this.socket.set(SO_KEEPALIVE, keepAlive !== false);
  }

  /**
   * `SO_LINGER`: how long close(2) continues to send unsent data.
   *
   * @param seconds The time; 0 drops the data and resets the connection. `null`, the default, sends everything in the
   * background.
   */
  setLinger(seconds: number | null): void {
    checkArgumentCount("call setLinger", arguments.length, "seconds");
    this.socket.set(SO_LINGER, seconds);
  }

  /** Closes the connection immediately with a reset (RST): bytes in flight are lost, in both directions. */
  reset(): void {
    checkArgumentCount("call reset", arguments.length);
    if (this.socket.fd >= 0) this.setLinger(0);
    this.close();
  }

  /**
   * Whether this is a Multipath TCP connection. If `multipath` was requested, `false` means that it fell back to TCP:
   * the kernel, the other end or something between them does not support it.
   *
   * @returns Whether it is.
   * @throws {SystemError} If the connection is closed (`EBADF`).
   */
  isMultipath(): boolean {
    checkArgumentCount("call isMultipath", arguments.length);
    try {
      return (this.socket.get(MPTCP_INFO).flags & MPTCP_INFO_FLAG_FALLBACK) === 0;
    } catch (error) {
      if (isSystemError(error, "EOPNOTSUPP") || isSystemError(error, "ENOPROTOOPT")) return false; // plain TCP
      throw error;
    }
  }

  /**
   * Sends bytes, the last of which is urgent (out-of-band data).
   *
   * @param bytes The bytes, at least one.
   * @param options How long to wait for room.
   * @returns How many bytes were sent: all, unless the send buffer is full.
   * @throws {SystemError} If the connection is over (`EPIPE`).
   */
  sendUrgent(bytes: Uint8Array, options?: WaitOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call sendUrgent", arguments.length, "bytes", "{ signal, timeout }");
    }
    try {
      if (options !== undefined) options = checkOptions("send urgent data", options, WAIT_OPTIONS);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.socket.send(bytes, { ...options, flags: C.MSG_OOB });
  }

  /**
   * Waits for the urgent byte, ahead of the data before it. Read only afterwards: the kernel discards the byte when a
   * read goes past its position. With `SO_OOBINLINE`, it stays in the normal data stream and is not returned here.
   *
   * @param options How long to wait.
   * @returns The byte, or `null` if the other end has ended the stream.
   * @throws {SystemError} If the connection is closed (`EBADF`).
   */
  receiveUrgent(options?: WaitOptions): Promise<number | null> {
    if (arguments.length > 1) return refuseArguments("call receiveUrgent", arguments.length, "{ signal, timeout }");
    return this.socket.receiveUrgent(options);
  }

  /**
   * `SIOCATMARK`: whether the next byte to read is the one after the urgent data.
   *
   * @returns Whether it is.
   * @throws {SystemError} If the connection is closed (`EBADF`).
   */
  atUrgentMark(): boolean {
    checkArgumentCount("call atUrgentMark", arguments.length);
    return this.socket.atUrgentMark();
  }
}

/** `MPTCP_INFO_FLAG_FALLBACK` */
const MPTCP_INFO_FLAG_FALLBACK = 1;

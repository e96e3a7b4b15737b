import type { NetAddr } from "../inet/addr.ts";
import { tcpAddrCodec } from "../inet/addr_codec.ts";
import { connectStream } from "../inet/connect_stream.ts";
import type { StreamConnectOptions } from "../inet/stream_options.ts";
import { Conn } from "../socket/conn.ts";
import type { Socket } from "../socket/socket.ts";
import { openSmc, type SmcOpenOptions } from "./open_smc.ts";

/** Options of {@linkcode SmcConn.connect}. */
export interface SmcConnectOptions extends StreamConnectOptions, SmcOpenOptions {}

/**
 * A connection of AF_SMC: shared memory where both ends can, TCP where one cannot.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/af_smc.7.html | af_smc(7)}
 *
 * @example Usage
 * ```ts
 * import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("Hello, world"));
 * assertEquals(await server.read(new Uint8Array(1024)), 12);
 * ```
 */
export class SmcConn extends Conn<NetAddr> {
  /**
   * Makes a connection of a connected AF_SMC socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tcpAddrCodec);
  }

  /**
   * Connects to a host. The addresses of a name are raced as RFC 8305 says. Permission: `--allow-ffi`.
   *
   * @param options Where to connect, how long to wait, and what to do without AF_SMC.
   * @returns The connection.
   * @throws {SystemError} If the kernel has no AF_SMC (`EAFNOSUPPORT`), or no address answers, such as `ECONNREFUSED`.
   */
  static async connect(options: SmcConnectOptions): Promise<SmcConn> {
    return new SmcConn(await connectStream((family) => openSmc(family, options), options));
  }
}

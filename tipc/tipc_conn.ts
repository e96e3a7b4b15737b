import { checkArgumentCount } from "../checks/argument_count.ts";
import { Conn } from "../socket/conn.ts";
import type { Socket } from "../socket/socket.ts";
import { connectTo } from "../socket/socket_kind.ts";
import { endTipc } from "./_end.ts";
import { TIPC_STREAM, type TipcConnectOptions } from "./open_tipc.ts";
import { type TipcAddr, tipcAddrCodec } from "./sockaddr_tipc.ts";

/**
 * A TIPC connection that carries a stream of bytes. It inherits its other members from {@linkcode Conn} in
 * `./socket`. TIPC ends both directions at once: `closeWrite()` fails with `EINVAL`.
 *
 * @see {@link https://docs.kernel.org/networking/tipc.html | TIPC in Linux}
 *
 * @example Usage, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcConn, TipcListener } from "@berkeley/sockets/tipc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = TipcListener.listen({ service: 1000, instance: 1, scope: "node" });
 *   using client = await TipcConn.connect({ service: 1000, instance: 1 });
 *   using server = await listener.accept();
 *   await client.write(new TextEncoder().encode("hello"));
 *   assertEquals(await server.read(new Uint8Array(16)), 5);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class TipcConn extends Conn<TipcAddr> {
  /**
   * Makes a TIPC connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tipcAddrCodec);
  }

  /**
   * Connects to a service, or to one socket. Permission: `--allow-ffi`.
   *
   * @param options The address to connect to, and how to connect.
   * @returns The connection.
   * @throws {SystemError} If it fails: `EHOSTUNREACH` or `ECONNREFUSED` without such a service, `ETIMEDOUT` after 8 s.
   */
  static async connect(options: TipcConnectOptions): Promise<TipcConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new TipcConn(await connectTo(TIPC_STREAM, options));
  }

  /** Ends the connection and closes the socket: the other end receives what was sent, and then the end. */
  override close(): void {
    checkArgumentCount("call close", arguments.length);
    endTipc(this.socket);
    super.close();
  }
}

import { checkArgumentCount } from "../checks/argument_count.ts";
import { SeqpacketConn } from "../socket/seqpacket_conn.ts";
import type { Socket } from "../socket/socket.ts";
import { connectTo } from "../socket/socket_kind.ts";
import { endTipc } from "./_end.ts";
import { TIPC_SEQPACKET, type TipcConnectOptions } from "./open_tipc.ts";
import { type TipcAddr, tipcAddrCodec } from "./sockaddr_tipc.ts";

/**
 * A TIPC connection that carries messages of up to 66000 bytes. It inherits its other members from
 * {@linkcode SeqpacketConn} in `./socket`. TIPC ends both directions at once: `closeWrite()` fails with `EINVAL`.
 *
 * @see {@link https://docs.kernel.org/networking/tipc.html | TIPC in Linux}
 *
 * @example Usage, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcSeqpacketConn, TipcSeqpacketListener } from "@berkeley/sockets/tipc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = TipcSeqpacketListener.listen({ service: 1000, instance: 1, scope: "node" });
 *   using client = await TipcSeqpacketConn.connect({ service: 1000, instance: 1 });
 *   using server = await listener.accept();
 *   await client.send(new TextEncoder().encode("hello"));
 *   assertEquals((await server.receive())?.data.length, 5);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class TipcSeqpacketConn extends SeqpacketConn<TipcAddr> {
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
  static async connect(options: TipcConnectOptions): Promise<TipcSeqpacketConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new TipcSeqpacketConn(await connectTo(TIPC_SEQPACKET, options));
  }

  /** Ends the connection and closes the socket: the other end receives what was sent, and then the end. */
  override close(): void {
    checkArgumentCount("call close", arguments.length);
    endTipc(this.socket);
    super.close();
  }
}

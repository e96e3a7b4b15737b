import { checkArgumentCount } from "../checks/argument_count.ts";
import { SeqpacketConn } from "../socket/seqpacket_conn.ts";
import type { Socket } from "../socket/socket.ts";
import { connectVsock, VSOCK_SEQPACKET, type VsockConnectOptions } from "./open_vsock.ts";
import { type VsockAddr, vsockAddrCodec } from "./sockaddr_vm.ts";

/**
 * A vsock connection that carries messages, in order and whole. It inherits its other members from
 * {@linkcode SeqpacketConn} in `./socket`. It sends no empty messages. If several hundred messages wait to be received,
 * Linux 6.12 breaks the connection (`ENOBUFS`, and `EPIPE` at the sender).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/vsock.7.html | vsock(7)}
 *
 * @example Usage, if the kernel supports vsock within one machine (vsock_loopback)
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { VsockSeqpacketConn, VsockSeqpacketListener } from "@berkeley/sockets/vsock";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = VsockSeqpacketListener.listen({});
 *   using client = await VsockSeqpacketConn.connect({ cid: 1, port: listener.addr.port });
 *   using server = await listener.accept();
 *   await client.send(new TextEncoder().encode("hello"));
 *   assertEquals((await server.receive())?.data, new TextEncoder().encode("hello"));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class VsockSeqpacketConn extends SeqpacketConn<VsockAddr> {
  /**
   * Makes a vsock connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, vsockAddrCodec);
  }

  /**
   * Connects to a port of a machine. Permission: `--allow-ffi`.
   *
   * @param options The address to connect to, and how to connect.
   * @returns The connection.
   * @throws {TypeError} If the CID or the port is missing.
   * @throws {SystemError} If it fails: `ECONNRESET` if no socket listens, `ENODEV` if that machine is not reachable,
   * `ETIMEDOUT` if it does not answer (within 2 s, which `SO_VM_SOCKETS_CONNECT_TIMEOUT` changes).
   */
  static async connect(options: VsockConnectOptions): Promise<VsockSeqpacketConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new VsockSeqpacketConn(await connectVsock(VSOCK_SEQPACKET, options));
  }
}

/**
 * AF_VSOCK: connections between a virtual machine and its host, without a network.
 *
 * The numbers of machines are constants in `./ffi`, such as `C.VMADDR_CID_HOST`.
 *
 * @example An echo, if the kernel supports vsock within one machine (vsock_loopback)
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { VsockConn, VsockListener } from "@berkeley/sockets/vsock";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = VsockListener.listen({});
 *   using client = await VsockConn.connect({ cid: 1, port: listener.addr.port });
 *   using server = await listener.accept();
 *   void server.readable.pipeTo(server.writable);
 *   await client.write(new TextEncoder().encode("hello"));
 *   await client.closeWrite();
 *   assertEquals(await new Response(client.readable).text(), "hello");
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 *
 * @module
 */
export type { VsockConnectOptions, VsockListenOptions } from "./open_vsock.ts";
export { localCid } from "./local_cid.ts";
export {
  decodeSockaddrVm,
  encodeSockaddrVm,
  type VsockAddr,
  vsockAddrCodec,
  type VsockDestination,
} from "./sockaddr_vm.ts";
export { VsockConn } from "./vsock_conn.ts";
export { VsockListener } from "./vsock_listener.ts";
export * from "./vsock_options.ts";
export { VsockSeqpacketConn } from "./vsock_seqpacket_conn.ts";
export { VsockSeqpacketListener } from "./vsock_seqpacket_listener.ts";

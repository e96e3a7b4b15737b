/**
 * Berkeley sockets for Deno, Node and Bun: AF_SMC, AF_UNIX, AF_INET and AF_INET6, any other family by raw sockaddr, and
 * JSON calls over each of them.
 *
 * This module has the classes that most programs need. Other modules have the rest:
 *
 * - `./inet`, `./unix`, `./smc`, `./packet`: everything about each family, with its options, addresses and tools.
 * - `./socket`: one socket of any family, {@linkcode Conn} and {@linkcode Listener}, polling, relaying, sending files.
 * - `./rpc`: JSON calls, and their frames.
 * - `./dictionary`: named values to serve, in memory, in a file, or in a distributed database.
 * - `./node`: adapters for `node:net` and `node:http`.
 * - `./netlink`, `./ffi`: the layers below.
 *
 * Importing it does no work and needs no permission; the first socket needs `--allow-ffi`.
 *
 * @example Connect with AF_SMC if both ends support it, else with TCP
 * ```ts
 * import { SmcConn, SmcListener } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("Hello, world"));
 * assertEquals(await server.read(new Uint8Array(1024)), 12);
 * ```
 *
 * @module
 */
export { isSystemError, type SystemError } from "./ffi/error.ts";
export type { NetAddr } from "./inet/addresses/addr.ts";
export { TcpConn, type TcpConnectOptions } from "./inet/tcp_conn.ts";
export { TcpListener, type TcpListenOptions } from "./inet/tcp_listener.ts";
export { type UdpBindOptions, UdpSocket } from "./inet/udp_socket.ts";
export { RpcClient } from "./rpc/client.ts";
export { RpcServer } from "./rpc/server.ts";
export { SmcConn, type SmcConnectOptions } from "./smc/smc_conn.ts";
export { SmcListener, type SmcListenOptions } from "./smc/smc_listener.ts";
export { type SmcSupport, smcSupport } from "./smc/smc_support.ts";
export type { Conn } from "./socket/conn.ts";
export type { Listener } from "./socket/listener.ts";
export type { WaitOptions } from "./socket/wait_options.ts";
export type { UnixAddr } from "./unix/addr.ts";
export type { UnixConnectOptions, UnixListenOptions } from "./unix/open_unix.ts";
export { socketPair } from "./unix/socket_pair.ts";
export { UnixConn } from "./unix/unix_conn.ts";
export { type UnixDatagramBindOptions, UnixDatagramSocket } from "./unix/unix_datagram_socket.ts";
export { UnixListener } from "./unix/unix_listener.ts";
export { UnixSeqpacketConn } from "./unix/unix_seqpacket_conn.ts";
export { UnixSeqpacketListener } from "./unix/unix_seqpacket_listener.ts";

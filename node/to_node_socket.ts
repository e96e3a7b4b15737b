import { Socket as NodeSocket } from "node:net";
import type { SocketOwner } from "../socket/socket_owner.ts";
import { adopt } from "./_adopt.ts";

/**
 * Makes a `net.Socket` from a connection, on Deno and Node: for libraries that take nothing else. From now on the
 * runtime serves it, and the connection object is closed. Data that its `readable` has already read is lost.
 *
 * @param conn A connection that carries a stream: TCP, AF_UNIX or SMC.
 * @returns The socket, open in both directions.
 * @throws {TypeError} If the connection carries messages, or is a listener; it stays as it was.
 * @throws {SystemError} On Bun (`EOPNOTSUPP`), where `net.Socket` takes no descriptor; the connection stays as it was.
 *
 * @see {@link https://nodejs.org/api/net.html#new-netsocketoptions | new net.Socket({ fd })}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { toNodeSocket } from "@berkeley/sockets/node";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * const server = toNodeSocket(await listener.accept());
 * server.end("hello");
 * assertEquals(await client.read(new Uint8Array(16)), 5);
 * server.destroy();
 * ```
 */
export function toNodeSocket(conn: SocketOwner): NodeSocket {
  return adopt(conn, "read", (fd) => new NodeSocket({ fd, readable: true, writable: true }));
}

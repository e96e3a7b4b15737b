/**
 * `rpc_server.ts [--deno]`: the dictionary and an echo over this library's TCP, or over Deno's.
 *
 * @module
 */
import { TcpListener } from "@berkeley/sockets/inet";
import { dictionary } from "@berkeley/sockets/dictionary";
import { RpcServer } from "@berkeley/sockets/rpc";

const listener = Deno.args.includes("--deno")
  ? Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 })
  : TcpListener.listen({ hostname: "127.0.0.1", port: 0, backlog: 4096 });
const server = RpcServer.serve(listener, { ...dictionary(), ECHO: (params: unknown) => params });
console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
await server.finished;

/**
 * `rpc_server.ts [--deno] [--sqlite]`: the dictionary and an echo over this library's TCP, or over Deno's; in a file with
 * `--sqlite`.
 *
 * @module
 */
import { TcpListener } from "@berkeley/sockets/inet";
import { dictionary, memoryStore, sqliteStore } from "@berkeley/sockets/dictionary";
import { RpcServer } from "@berkeley/sockets/rpc";

const listener = Deno.args.includes("--deno")
  ? Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 })
  : TcpListener.listen({ hostname: "127.0.0.1", port: 0, backlog: 4096 });
const store = Deno.args.includes("--sqlite") ? sqliteStore(`${await Deno.makeTempDir()}/words.db`) : memoryStore();
const server = RpcServer.serve(listener, { ...dictionary(store), ECHO: (params: unknown) => params });
console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
await server.finished;

/** Serves a dictionary on a free port of 127.0.0.1; the argument, if there is one, is its file. */
import process from "node:process";
import { dictionary, memoryStore, sqliteStore } from "../../dictionary/mod.ts";
import { TcpListener } from "../../inet/mod.ts";
import { RpcServer } from "../../rpc/mod.ts";

const file = process.argv[2];
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const store = file === undefined ? memoryStore() : sqliteStore(file);
const server = RpcServer.serve(listener, dictionary(store), { onError: console.error });
console.log(`listening on ${listener.addr.port}`);
await server.finished;

/** Serves a dictionary on a free port of 127.0.0.1; the argument, if there is one, is its file. */
import process from "node:process";
import { TcpListener } from "../../inet/mod.ts";
import { dictionary, RpcServer } from "../../rpc/mod.ts";

const file = process.argv[2];
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const server = RpcServer.serve(listener, dictionary(file === undefined ? {} : { file }), { onError: console.error });
console.log(`listening on ${listener.addr.port}`);
await server.finished;

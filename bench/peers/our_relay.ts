import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { relay } from "@berkeley/sockets/socket";
import { startSink } from "./sink.ts";

const target = { hostname: "127.0.0.1", port: await startSink() };
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${listener.addr.port}`);
for await (const conn of listener) void relay(conn, await TcpConn.connect(target)).catch(() => {});

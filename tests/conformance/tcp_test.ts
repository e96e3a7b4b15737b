import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { listenerSuite } from "./listener_suite.ts";
import { type Pair, streamSuite, type Wait } from "./stream_suite.ts";

for (const [family, hostname] of [["TCP over IPv4", "127.0.0.1"], ["TCP over IPv6", "::1"]] as const) {
  streamSuite(`${family}, both ends ours`, () => connected(hostname, false));
  listenerSuite(family, {
    listen: (options) => TcpListener.listen({ hostname, port: 0, ...options }),
    connect: ({ addr }: TcpListener, options?: Wait) => TcpConn.connect({ hostname, port: addr.port, ...options }),
  });
}

// The accepted end is made differently from the connecting one; the bulk transfer is tested above.
streamSuite("TCP, the accepted end", () => connected("127.0.0.1", true), { bulk: 1 << 20 });

async function connected(hostname: string, accepted: boolean): Promise<Pair> {
  using listener = TcpListener.listen({ hostname, port: 0 });
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  const [ours, theirs] = accepted ? [server, client] : [client, server];
  return {
    ours,
    theirs,
    reset: () => {
      theirs.setLinger(0);
      theirs.close();
    },
  };
}

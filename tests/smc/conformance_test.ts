import { writeFileSync } from "node:fs";
import { C } from "../../ffi/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { listenerSuite } from "../conformance/listener_suite.ts";
import { type Pair, streamSuite, type Wait } from "../conformance/stream_suite.ts";
import { ignore } from "../runner/mod.ts";
import { inGuest, setMode } from "./kernel.ts";
import { smcPair } from "./pair.ts";

/** The guest is emulated, on few and slow processors. */
const small = { bulk: 4 << 20, flood: 1 << 20, connections: 60, rounds: 40, slowness: 3 };
const fullBacklog = "SMC takes handshakes besides the backlog";

if (inGuest) {
  // So that a connection which fell back does not buffer the flood, as SMC-R does not.
  for (const name of ["tcp_rmem", "tcp_wmem"]) writeFileSync(`/proc/sys/net/ipv4/${name}`, "4096 65536 131072");
  for (const mode of ["smc-r", "tcp"] as const) {
    const name = mode === "smc-r" ? "SMC-R" : "SMC in TCP fallback";
    streamSuite(`${name}, the connecting end`, () => pair(mode, "client"), small);
    if (mode === "smc-r") streamSuite(`${name}, the accepted end`, () => pair(mode, "server"), small);
    listenerSuite(name, {
      listen: async (options) => {
        await setMode(mode);
        return SmcListener.listen({ hostname: "127.0.0.1", port: 0, ...options });
      },
      connect: ({ addr }: SmcListener, options?: Wait) => SmcConn.connect({ port: addr.port, ...options }),
    }, { ...small, lacks: { fullBacklog } });
  }
  // SMC-Rv2 needs IPv4: over IPv6 there is only the fallback.
  streamSuite("SMC over IPv6", () => pair("tcp", "client", "::1"), { ...small, bulk: 1 << 20 });
} else {
  ignore("the stream and listener suites over SMC-R and in TCP fallback", "needs the guest: deno task test:smc");
}

async function pair(mode: "smc-r" | "tcp", end: "client" | "server", hostname = "127.0.0.1"): Promise<Pair> {
  const { client, server } = await smcPair(mode, { hostname, drainTimeout: 2000 });
  const [ours, theirs] = end === "client" ? [client, server] : [server, client];
  return { ours, theirs, reset: () => mode === "tcp" ? resetTcp(theirs) : abort(ours, theirs) };
}

function resetTcp(conn: SmcConn): void {
  // struct linger { int l_onoff; int l_linger; };
  conn.socket.setOption(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(new Int32Array([1, 0]).buffer));
  conn.close();
}

/** SMC-R aborts a connection that is closed with bytes unread. */
async function abort(ours: SmcConn, theirs: SmcConn): Promise<void> {
  ours.write(new Uint8Array(1)).catch(() => {}); // after a waiting write it is never sent, and there are bytes then
  await new Promise((resolve) => setTimeout(resolve, 100));
  theirs.close();
}

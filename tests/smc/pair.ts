import { SmcConn, type SmcConnOptions, SmcListener, type SmcMode } from "../../smc/mod.ts";
import { assertEquals } from "../runner/mod.ts";
import { setMode } from "./kernel.ts";

/** Two ends of an SMC connection. */
export interface SmcPair extends Disposable {
  client: SmcConn;
  server: SmcConn;
}

/** Connects two ends in a mode, and proves by the kernel's own answer that they are in it. */
export async function smcPair(
  mode: Exclude<SmcMode, "smc-d">,
  options: SmcConnOptions & { hostname?: string } = {},
): Promise<SmcPair> {
  await setMode(mode);
  const { hostname = "127.0.0.1", ...rest } = options;
  using listener = SmcListener.listen({ hostname, port: 0, ...rest });
  const [client, server] = await Promise.all([
    SmcConn.connect({ hostname, port: listener.addr.port, ...rest }),
    listener.accept(),
  ]);
  const modes = [(await client.smc()).mode, (await server.smc()).mode];
  assertEquals(modes, [mode, mode]);
  const close = () => {
    client.close();
    server.close();
  };
  return { client, server, [Symbol.dispose]: close };
}

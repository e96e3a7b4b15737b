/** Not a program: the options that rpc_server.ts and rpc_client.ts share, and the sockets that they open. */
import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import type { RpcConn, RpcListener } from "@berkeley/sockets/rpc";
import { SmcConn, SmcListener, smcSupport } from "@berkeley/sockets/smc";
import { UnixConn, UnixListener } from "@berkeley/sockets/unix";
import { parseArgs } from "@std/cli/parse-args";

/** Where the server listens. */
export interface Endpoint {
  host: string;
  port: number;
  unix?: string | undefined;
  smc: boolean;
}

/** Parses the shared options and the words after them; exits if they are invalid. */
export function readOptions(name: string, usage: string, more: string[]): {
  endpoint: Endpoint;
  options: Record<string, string | undefined>;
  words: string[];
} {
  const args = parseArgs(Deno.args, {
    string: ["host", "port", "unix", "_", ...more],
    boolean: ["help", "smc"],
    alias: { h: "help" },
    default: { host: "127.0.0.1", port: "4444" },
    unknown(option: string, key?: string) {
      if (key === undefined) return true;
      console.error(`${name}: unknown argument: ${option}\n\n${usage}`);
      Deno.exit(2);
    },
  });
  if (args.help) {
    console.log(usage);
    Deno.exit(0);
  }
  const isPort = /^\d{1,5}$/.test(args.port) && Number(args.port) <= 65535;
  const wrong = !isPort
    ? `the port must be 0 to 65535: ${args.port}`
    : args.unix === ""
    ? "--unix needs a PATH"
    : args.unix !== undefined && args.smc
    ? "pass either --unix or --smc"
    : undefined;
  if (wrong !== undefined) {
    console.error(`${name}: ${wrong}\n\n${usage}`);
    Deno.exit(2);
  }
  return {
    endpoint: { host: args.host, port: Number(args.port), unix: args.unix, smc: args.smc },
    options: args as never,
    words: args._.map(String),
  };
}

/** Listens, and returns the address to print. */
export function listen({ host, port, unix, smc }: Endpoint): { listener: RpcListener; address: string } {
  if (unix !== undefined) return { listener: UnixListener.listen({ path: unix }), address: unix };
  if (smc) sayWhetherSmc();
  const options = { hostname: host, port };
  const listener = smc ? SmcListener.listen({ ...options, unsupported: "tcp" }) : TcpListener.listen(options);
  return { listener, address: `${listener.addr.hostname}:${listener.addr.port}` };
}

/** Connects to the server. */
export async function connect({ host, port, unix, smc }: Endpoint): Promise<RpcConn> {
  if (unix !== undefined) return await UnixConn.connect({ path: unix });
  if (!smc) return await TcpConn.connect({ hostname: host, port });
  sayWhetherSmc();
  return await SmcConn.connect({ hostname: host, port, unsupported: "tcp" });
}

function sayWhetherSmc(): void {
  const support = smcSupport();
  if (!support.supported) console.error(`TCP instead of SMC: ${support.reason}`);
}

/** An RPC server: GET and PUT on a dictionary, durable with --file. */
import { dictionary, memoryStore, sqliteStore } from "@berkeley/sockets/dictionary";
import { RpcServer } from "@berkeley/sockets/rpc";
import { printable } from "./shared/printable.ts";
import { listen, readOptions } from "./shared/rpc_options.ts";

const USAGE = `Usage: rpc_server.ts [--host ADDRESS] [--port N] [--unix PATH] [--smc] [--file FILE]

Serves GET and PUT on 127.0.0.1:4444, until interrupted. Port 0 chooses a free one.
  --unix PATH  listens on a unix socket instead
  --smc        listens with AF_SMC, or TCP if the kernel has no AF_SMC
  --file FILE  keeps the dictionary in this SQLite file`;

const { endpoint, options, words } = readOptions("rpc_server", USAGE, ["file"]);
if (words.length > 0) {
  console.error(`rpc_server: unknown argument: ${words[0]}\n\n${USAGE}`);
  Deno.exit(2);
}
try {
  await serve();
} catch (error) {
  tell(error);
  Deno.exitCode = 1;
}

async function serve(): Promise<void> {
  await using store = dictionary(options.file === undefined ? memoryStore() : sqliteStore(options.file));
  const { listener, address } = listen(endpoint);
  await using server = RpcServer.serve(listener, store, { onError: tell });
  console.log(`listening on ${address}`);
  const signals = ["SIGINT", "SIGTERM"] as const;
  function stop(): void {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
    void server.shutdown();
  }
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  await server.finished;
}

function tell(error: unknown): void {
  // what is wrong may have the client's text in it
  console.error(`rpc_server: ${printable(error instanceof Error ? error.message : `${error}`)}`);
}

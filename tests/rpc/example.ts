import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Exit, type Program, spawn } from "../runner/mod.ts";

/** A running `examples/rpc_server.ts`. */
export interface ExampleServer extends AsyncDisposable {
  /** The address that it printed. */
  readonly address: string;
  /** The program. */
  readonly program: Program;
}

/** Starts `examples/rpc_server.ts` and waits until it listens. */
export async function exampleServer(...args: string[]): Promise<ExampleServer> {
  const program = example("rpc_server.ts", args);
  const address = (await program.line())?.match(/^listening on (.+)/)?.[1];
  if (address === undefined) throw new Error(`The server did not start: ${(await program.exit).stderr}`);
  return { address, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** Runs `examples/rpc_client.ts` to its end. */
export function exampleClient(...args: string[]): Promise<Exit> {
  return example("rpc_client.ts", args).exit;
}

/** Runs an example. */
export function example(name: string, args: string[]): Program {
  const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  return spawn(process.execPath, ["run", "--quiet", "-A", path, ...args]);
}

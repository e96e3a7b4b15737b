import { TcpConn } from "../../inet/mod.ts";
import { type Program, spawn } from "../runner/mod.ts";
import { sameRuntime } from "../rpc/same_runtime.ts";

/** A running `dictionary_server.ts`. */
export interface DictionaryProcess extends AsyncDisposable {
  /** The program. */
  readonly program: Program;
  /** Connects to it. */
  connect(): Promise<TcpConn>;
}

/** Starts `dictionary_server.ts`, and waits until it listens. */
export async function dictionaryProcess(...files: string[]): Promise<DictionaryProcess> {
  const { program: path, args } = sameRuntime("dictionary/dictionary_server");
  const program = spawn(path, [...args, ...files]);
  const port = Number((await program.line())?.match(/^listening on (\d+)/)?.[1]);
  if (Number.isNaN(port)) throw new Error(`The server did not start: ${(await program.exit).stderr}`);
  return {
    program,
    connect: () => TcpConn.connect({ hostname: "127.0.0.1", port }),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

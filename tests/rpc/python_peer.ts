import { fileURLToPath } from "node:url";
import { spawn } from "../runner/mod.ts";

const PEER = fileURLToPath(new URL("../peers/rpc_peer.py", import.meta.url));

/** Runs a command of `tests/peers/rpc_peer.py`; returns the replies that it printed. */
export async function python(command: string, ...args: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await spawn("python3", [PEER, command, ...args]).exit;
  if (code !== 0) throw new Error(`The Python peer failed: ${stderr}`);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** A running Python server. */
export interface PythonServer extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: { hostname: string; port: number };
}

/** Starts the server of `tests/peers/rpc_peer.py`. */
export async function pythonServer(...args: string[]): Promise<PythonServer> {
  const program = spawn("python3", [PEER, "serve", ...args]);
  const [, hostname, port] = (await program.line())?.match(/^listening on (.+):(\d+)/) ?? [];
  return {
    addr: { hostname: hostname ?? "", port: Number(port) },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

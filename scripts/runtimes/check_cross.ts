import { root } from "../npm_package.ts";
import { run } from "./run.ts";
import type { Runtime } from "./runtime.ts";

/** Milliseconds in which a server must have begun, and in which it must have ended. */
const PATIENCE = 15_000;

/** The result of each client with each server, by the family's name: `"ok"`, or what went wrong. */
export interface CrossResult {
  server: Runtime;
  client: Runtime;
  results: Record<string, string>;
}

/** Runs a server of every family in each runtime, and against it a client in each runtime. */
export async function checkCross(runtimes: Runtime[], project: string): Promise<CrossResult[]> {
  const all: CrossResult[] = [];
  for (const server of runtimes) {
    const [program, ...args] = peer(server, project);
    const child = new Deno.Command(program ?? "", { args: [...args, "serve"], stdin: "piped", stdout: "piped" })
      .spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE * (runtimes.length + 1));
    const addresses = await firstLine(child.stdout);
    for (const client of runtimes) {
      const { stdout, stderr } = await run([...peer(client, project), "call", addresses], { timeout: PATIENCE });
      all.push({ server, client, results: parsed(stdout) ?? { everything: stdout + stderr } });
    }
    await child.stdin.close();
    const { success } = await child.status;
    clearTimeout(timer);
    if (!success) all.push({ server, client: server, results: { "the server's end": "it failed, or did not end" } });
  }
  return all;
}

function peer({ kind, command }: Runtime, project: string): string[] {
  return kind === "deno"
    ? [...command, "run", "-A", "--no-check", `${root}tests/cross/peer.ts`]
    : [...command, `${project}tests/cross/peer.js`];
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

function parsed(json: string): Record<string, string> | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const PEER = new URL("../peers/rpc_peer.py", import.meta.url).pathname;

/** Runs a command of `tests/peers/rpc_peer.py`; gives the replies it printed. */
export async function python(command: string, ...args: string[]): Promise<unknown[]> {
  const { success, stdout, stderr } = await new Deno.Command("python3", { args: [PEER, command, ...args] }).output();
  if (!success) throw new Error(`The Python peer failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** A running Python server. */
export interface PythonServer extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: { hostname: string; port: number };
}

/** Starts the server of `tests/peers/rpc_peer.py`. */
export async function pythonServer(...args: string[]): Promise<PythonServer> {
  const child = new Deno.Command("python3", { args: [PEER, "serve", ...args], stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const line = (await reader.read()).value ?? "";
  const [, hostname, port] = line.match(/^listening on (.+):(\d+)/) ?? [];
  return {
    addr: { hostname: hostname ?? "", port: Number(port) },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

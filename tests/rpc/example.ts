const ROOT = new URL("../../", import.meta.url).pathname;

/** What a program of `examples/` wrote, and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A running `examples/rpc_server.ts`. */
export interface ExampleServer extends AsyncDisposable {
  /** What it said it listens on. */
  readonly address: string;
  readonly pid: number;
  /** Sends a signal and waits for the end. */
  end(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** Starts `examples/rpc_server.ts` and waits until it listens. */
export async function exampleServer(...args: string[]): Promise<ExampleServer> {
  const child = example("rpc_server.ts", args).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const said = new Response(child.stderr).text();
  let line = "";
  for (let more = await reader.read(); !more.done && !line.includes("\n"); more = await reader.read()) {
    line += more.value;
    if (line.includes("\n")) break;
  }
  const address = line.match(/^listening on (.+)\n/)?.[1];
  if (address === undefined) throw new Error(`The server did not start: ${line}${await said}`);
  async function end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    const status = await child.status;
    await reader.cancel();
    await said;
    return status;
  }
  return {
    address,
    pid: child.pid,
    end,
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
    },
  };
}

/** Runs `examples/rpc_client.ts` to its end. */
export async function exampleClient(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await example("rpc_client.ts", args).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function example(name: string, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", `${ROOT}examples/${name}`, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

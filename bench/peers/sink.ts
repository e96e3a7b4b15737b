/** Starts `bin/bulk sink` as a child, and gives its port: the target of a proxy under measurement. */
export async function startSink(): Promise<number> {
  const path = new URL("../../.cache/bench/bulk", import.meta.url).pathname;
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", path, "sink"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const { value } = await child.stdout.getReader().read();
  return Number(/:(\d+)/.exec(new TextDecoder().decode(value))?.[1]);
}

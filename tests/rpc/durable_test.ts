import { type Dictionary, RpcClient, RpcClosedError } from "../../rpc/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { exampleServer } from "./example.ts";

/** How often the server is killed; `.ci/run` gives 200. */
const ROUNDS = Number(environment("RPC_KILL_ROUNDS") ?? "15");
const KEYS = 20;
const NEEDS = ["net", "run", "read", "write", "ffi"] as Deno.PermissionName[];

test(`dictionary() with a file loses nothing acknowledged in ${ROUNDS} rounds of kill -9 during PUTs`, {
  needs: NEEDS,
  timeout: 30_000 + ROUNDS * 2000,
}, async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/store.log`;
  const sent = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  let next = 1;
  let puts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const server = await exampleServer("--port", "0", "--file", file);
    const [hostname = "", port] = server.address.split(":");
    using client = new RpcClient<Dictionary>(await Deno.connect({ hostname, port: Number(port) }));
    for (const [obj, value] of acknowledged) {
      const { val } = await client.call("GET", { obj });
      const { n } = val as { n: number };
      assert(n >= value && n <= (sent.get(obj) ?? 0), `${obj} is ${n}, acknowledged was ${value}`);
      acknowledged.set(obj, n); // it was durable, acknowledged or not
    }
    let isAlive = true;
    const writers = Array.from({ length: KEYS }, async (_, key) => {
      const obj = `key${key}`;
      while (isAlive) {
        const n = next++;
        sent.set(obj, n);
        try {
          await client.call("PUT", { obj, val: { n, padding: "x".repeat(n % 3000) } });
        } catch (error) {
          if (!(error instanceof RpcClosedError)) throw error;
          return;
        }
        acknowledged.set(obj, n);
        puts++;
      }
    });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    assertEquals((await server.end("SIGKILL")).signal, "SIGKILL");
    isAlive = false;
    await Promise.all(writers);
    if (round % 2 === 1) await tear(file);
  }
  console.log(`      ${puts} PUTs were acknowledged`);
  assert(puts > ROUNDS, "too few PUTs to prove anything");
  await Deno.remove(folder, { recursive: true });
});

test("dictionary() with a file answers a PUT after its fdatasync has returned", { needs: NEEDS }, async () => {
  const { success } = await new Deno.Command("sh", { args: ["-c", "command -v strace"], stdout: "null" }).output();
  if (!success) return console.log("      not run: there is no strace");
  const folder = await Deno.makeTempDir();
  const server = await exampleServer("--port", "0", "--file", `${folder}/store.log`);
  const trace = new Deno.Command("strace", {
    args: ["-f", "-e", "trace=fdatasync,fsync,write,sendto,sendmsg,writev", "-s", "48", "-p", String(server.pid)],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const read = trace.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void lines.push(text) }),
  );
  while (!lines.join("").includes("attached")) await new Promise((resolve) => setTimeout(resolve, 20));
  const [hostname = "", port] = server.address.split(":");
  using client = new RpcClient<Dictionary>(await Deno.connect({ hostname, port: Number(port) }));
  await client.call("PUT", { obj: "traced", val: 1 });
  trace.kill("SIGINT");
  await read;
  await trace.status;
  await server.end("SIGKILL");
  const text = lines.join("");
  const block = text.indexOf("\"rpcL");
  const sync = text.search(/fdatasync(\(\d+\)| resumed>\))\s*= 0/);
  const reply = text.indexOf("status\\\":\\\"OK");
  assert(block >= 0 && sync > block && reply > sync, text);
  await Deno.remove(folder, { recursive: true });
});

/** Appends a part of a block, as a write that the power cut off. */
async function tear(file: string): Promise<void> {
  const bytes = await Deno.readFile(file);
  const start = bytes.findLastIndex((_, i) => "rpcL".split("").every((char, k) => bytes[i + k] === char.charCodeAt(0)));
  const torn = bytes.slice(start, start + 1 + Math.floor(Math.random() * (bytes.length - start - 1)));
  await Deno.writeFile(file, torn, { append: true });
}

function environment(name: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name)
    : undefined;
}

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Dictionary } from "../../dictionary/mod.ts";
import { RpcClient, RpcClosedError } from "../../rpc/mod.ts";
import { assert, assertEquals, spawn, tempDir, test, type TestOptions } from "../runner/mod.ts";
import { dictionaryProcess } from "./dictionary_process.ts";
import { numberFromEnvironment } from "../rpc/environment.ts";
import { pause, until } from "../rpc/raw_conn.ts";

/** How often the server is killed. */
const ROUNDS = numberFromEnvironment("RPC_KILL_ROUNDS", 15);
const KEYS = 20;
const NEEDS: TestOptions["needs"] = ["env", "read", "run", "write"];

test(`sqliteStore() loses nothing acknowledged in ${ROUNDS} rounds of kill -9 during PUTs`, {
  needs: NEEDS,
  timeout: 30_000 + ROUNDS * 2000,
}, async () => {
  using folder = tempDir();
  const file = `${folder.path}/words.db`;
  const sent = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  let next = 1;
  let puts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await dictionaryProcess(file);
    using client = new RpcClient<Dictionary>(await server.connect());
    for (const [obj, value] of acknowledged) {
      const { n } = (await client.call("GET", { obj })).val as { n: number };
      assert(n >= value && n <= (sent.get(obj) ?? 0), `${obj} is ${n}, acknowledged was ${value}`);
      acknowledged.set(obj, n); // it was durable, even if it was not acknowledged
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
    const before = puts;
    await until(() => puts > before);
    await pause(Math.random() * 60);
    server.program.kill("SIGKILL");
    assertEquals((await server.program.exit).signal, "SIGKILL");
    await Promise.all(writers); // the end of the connection ends them
    isAlive = false;
    if (round % 2 === 1) tear(`${file}-wal`);
  }
  console.log(`      ${puts} PUTs were acknowledged`);
  assert(puts > ROUNDS, "too few PUTs to prove anything");
});

test(
  "sqliteStore() acknowledges a PUT after its sync has returned",
  { needs: ["write", "strace"] },
  async () => {
    using folder = tempDir();
    await using server = await dictionaryProcess(`${folder.path}/words.db`);
    const calls = "trace=fdatasync,fsync,write,pwrite64,sendto,sendmsg,writev";
    const trace = spawn("strace", [
      "-f",
      "-o",
      `${folder.path}/trace`,
      "-s",
      "48",
      "-e",
      calls,
      "-p",
      `${server.program.pid}`,
    ]);
    await pause(500);
    using client = new RpcClient<Dictionary>(await server.connect());
    await client.call("PUT", { obj: "traced", val: 1 });
    trace.kill("SIGINT");
    await trace.exit;
    const text = readFileSync(`${folder.path}/trace`, "utf8");
    const before = text.slice(0, text.indexOf('status\\":\\"OK'));
    const write = before.lastIndexOf("pwrite64(");
    assert(write >= 0 && /f(data)?sync(\(\d+\)| resumed>\))\s*= 0/.test(before.slice(write)), text);
  },
);

/** Writes a part of the log again behind its last frame, like a write that a power failure cut off. */
function tear(log: string): void {
  const bytes = readFileSync(log);
  // See https://sqlite.org/fileformat2.html#walformat: a header of 32 bytes, then each page behind 24 bytes of its own;
  // behind the last frame may be those of before the last checkpoint, which have other salts.
  const frame = 24 + bytes.readUInt32BE(8);
  const salts = bytes.subarray(16, 24);
  let end = 32;
  while (bytes.subarray(end + 8, end + 16).equals(salts)) end += frame;
  end = Math.min(end, bytes.length);
  const again = bytes.subarray(32 + Math.floor(Math.random() * (end - 32)), end);
  const fd = openSync(log, "r+");
  writeSync(fd, again, 0, again.length, end);
  closeSync(fd);
}

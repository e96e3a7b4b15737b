import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Dictionary } from "../../dictionary/mod.ts";
import { RpcClient, RpcClosedError } from "../../rpc/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { type DictionaryProcess, dictionaryProcess } from "../dictionary/dictionary_process.ts";
import { numberFromEnvironment } from "./environment.ts";
import { pause } from "./raw_conn.ts";

const CONNECTIONS = 500;
/** Calls of each connection; `.ci/run` sets 1000. */
const CALLS = numberFromEnvironment("RPC_LOAD_CALLS", 200);
const NAMES = 4;

test(`RpcServer serves ${CONNECTIONS} connections of ${CALLS} calls with one client in ten killed at random`, {
  needs: ["env", "read", "run"],
  timeout: 180_000,
}, async () => {
  await using server = await dictionaryProcess();
  const first = new RpcClient<Dictionary>(await server.connect());
  assertEquals((await first.call("GET", { obj: "x" })).val, null);
  const before = footprint(server);
  assertEquals(before.sockets, 2); // the listener and this connection
  first.close(); // the server would end it while it is idle
  const acknowledged = new Map<string, number>();
  const killed = new Set<number>();
  const clients = Array.from({ length: CONNECTIONS }, (_, id) => ({
    id,
    kill: id % 10 === 0 ? Math.floor(Math.random() * (CALLS - 1)) : undefined,
  }));
  const totals = await Promise.all(clients.map(async ({ id, kill }) => {
    await pause(id / 10); // the backlog is not under test
    const conn = await server.connect();
    const client = new RpcClient<Dictionary>(conn);
    let answered = 0;
    try {
      for (let call = 0; call < CALLS; call += 2) {
        const obj = `${id}/${call / 2 % NAMES}`;
        if (kill !== undefined && call >= kill) {
          conn.setLinger(0); // a reset, as when the kernel ends a killed program with bytes unread
          setTimeout(() => client.close(), 0);
          killed.add(id);
        }
        // Both in flight at once: the second must see what the first has put.
        const put = client.call("PUT", { obj, val: call });
        const got = client.call("GET", { obj });
        const outcome = await Promise.allSettled([put, got]);
        const failed = outcome.find((each) => each.status === "rejected");
        if (outcome[0].status === "fulfilled") acknowledged.set(obj, call);
        if (failed !== undefined) throw failed.reason;
        assertEquals((await put).obj, obj);
        assertEquals(await got, { obj, val: call });
        answered += 2;
      }
    } catch (error) {
      if (!killed.has(id) || !(error instanceof RpcClosedError)) throw error;
    }
    client.close();
    return answered;
  }));
  assertEquals(killed.size, CONNECTIONS / 10);
  const total = totals.reduce((sum, answered) => sum + answered, 0);
  assert(total >= CONNECTIONS * CALLS * 0.9, `only ${total} calls were answered`);

  using reader = new RpcClient<Dictionary>(await server.connect());
  for (const [obj, value] of acknowledged) {
    const { val } = await reader.call("GET", { obj });
    const id = Number(obj.split("/")[0]);
    // The last call of a killed client may have been run without its reply arriving.
    if (killed.has(id)) assert(typeof val === "number" && val >= value, `${obj} is ${val}, acknowledged was ${value}`);
    else assertEquals(val, value, obj);
  }
  await settled(server, before.sockets);
  const after = footprint(server);
  console.log(`      ${total} answered; resident ${before.mebibytes} MiB before, ${after.mebibytes} MiB after`);
  assert(after.mebibytes < before.mebibytes + 200, `the server takes ${after.mebibytes} MiB`);
});

test("RpcServer is not slowed down by clients that send byte by byte", {
  needs: ["env", "read", "run"],
  timeout: 120_000,
}, async () => {
  await using server = await dictionaryProcess();
  using client = new RpcClient<Dictionary>(await server.connect());
  await callsPerSecond(client);
  const lorises = await Promise.all(Array.from({ length: 400 }, () => server.connect()));
  const head = new Uint8Array([1, 0, 0, 0, 0, 0, 16, 0]); // the start of a frame of 1 MiB
  let drips = false;
  let isOver = false;
  const dripping = Promise.all(lorises.map(async (loris) => {
    for (let i = 0; !isOver; await pause(100)) if (drips) await loris.write(new Uint8Array([head[i++] ?? 0x20]));
    loris.close();
  }));
  const best = { alone: 0, among: 0 };
  // In turns, and repeatedly: other programs may take the processor for a while.
  for (let round = 0; round < 4 || (round < 12 && best.among <= best.alone / 2); round++) {
    drips = round % 2 === 1;
    const kind = drips ? "among" : "alone";
    best[kind] = Math.max(best[kind], await callsPerSecond(client));
  }
  isOver = true;
  await dripping;
  console.log(`      ${Math.round(best.alone)} calls a second alone, ${Math.round(best.among)} among 400 that drip`);
  assert(best.among > best.alone / 2, "those that drip slow the others");
});

async function callsPerSecond(client: RpcClient<Dictionary>): Promise<number> {
  const end = performance.now() + 700;
  let calls = 0;
  for (; performance.now() < end; calls += 8) {
    await Promise.all(Array.from({ length: 8 }, () => client.call("GET", { obj: "x" })));
  }
  return calls / 0.7;
}

/** Waits until the server has closed its connections but for those that stay. */
async function settled(server: DictionaryProcess, sockets: number): Promise<void> {
  for (let round = 0; footprint(server).sockets > sockets; round++) {
    if (round > 100) throw new Error(`The server has ${footprint(server).sockets} TCP sockets open, not ${sockets}`);
    await pause(50);
  }
}

/** The TCP sockets of the server, and its resident memory. The runtime opens other descriptors when it likes. */
function footprint({ program: { pid } }: DictionaryProcess): { sockets: number; mebibytes: number } {
  const resident = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s*(\d+)/)?.[1];
  const tcp = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").map((line) => line.trim().split(/\s+/)[9]);
  const inodes = new Set(tcp);
  const sockets =
    readdirSync(`/proc/${pid}/fd`).filter((fd) => inodes.has(inodeOf(`/proc/${pid}/fd/${fd}`) ?? "none")).length;
  return { sockets, mebibytes: Math.round(Number(resident) / 1024) };
}

function inodeOf(path: string): string | undefined {
  try {
    return readlinkSync(path).match(/^socket:\[(\d+)\]/)?.[1];
  } catch {
    return undefined; // closed since the folder was read
  }
}

import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, onDeno } from "../runner/mod.ts";

const test = onDeno("it starts Deno");

// Nine of ten cycles are a pair of AF_UNIX with a wait and a byte, the tenth connects and accepts by TCP. TCP is reset,
// so that no TIME_WAIT stays. The first cycles warm up: after them the program has everything that it keeps.
const PROGRAM = `
import { readdirSync, readlinkSync } from "node:fs";
import { TcpConn, TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
import { Socket } from "${new URL("../../socket/mod.ts", import.meta.url)}";
Deno.addSignalListener("SIGUSR2", () => {}); // otherwise Deno opens a pair for signals at some later time
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const buffer = new Uint8Array(8);
const byte = new Uint8Array([1]);

async function unixCycle() {
  const [left, right] = Socket.pair(1, 1);
  const read = right.read(buffer);
  await left.write(byte);
  if (await read !== 1) throw new Error("no byte");
  left.close();
  right.close();
}

async function tcpCycle() {
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  client.setLinger(0);
  client.close();
  server.close();
}

async function cycles(count) {
  for (let i = 0; i < count; i++) await (i % 10 === 9 ? tcpCycle() : unixCycle());
}

function descriptors() {
  return readdirSync("/proc/self/fd").map((fd) => {
    try {
      return fd + " " + readlinkSync("/proc/self/fd/" + fd);
    } catch {
      return "";
    }
  }).filter(Boolean);
}

function measure() {
  for (let i = 0; i < 3; i++) gc();
  return { descriptors: descriptors(), rss: Deno.memoryUsage().rss, heap: Deno.memoryUsage().heapUsed };
}

await cycles(20_000);
const before = measure();
const start = performance.now();
await cycles(100_000);
const took = performance.now() - start;
console.log(JSON.stringify({ before, after: measure(), took }));
listener.close();
Deno.exit();
`;

test(
  "100,000 cycles of open, connect and close leave descriptors and memory as they were",
  { needs: ["run", "read", "env"], timeout: 120_000 },
  async () => {
    await using program = deno(PROGRAM, { v8: ["--expose-gc"] });
    const { code, stdout, stderr } = await program.exit;
    assertEquals(code, 0, stderr);
    const { before, after, took } = JSON.parse(stdout);
    console.log(`100,000 cycles in ${Math.round(took)} ms, ${JSON.stringify({ before, after })}`);
    assertEquals(after.descriptors, before.descriptors);
    // A leak of 100 bytes a cycle would be 10 MB.
    assert(after.heap - before.heap < 2 << 20, `the heap grew by ${after.heap - before.heap} bytes`);
    assert(after.rss - before.rss < 16 << 20, `the memory grew by ${after.rss - before.rss} bytes`);
  },
);

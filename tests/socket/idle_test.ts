import { TcpListener } from "../../inet/mod.ts";
import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, onDeno, type Permission } from "../runner/mod.ts";
import { processorTicks } from "./process_times.ts";

const test = onDeno("it starts Deno, or a Worker of the Web");

const needs: Permission[] = ["run", "read", "env"];
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

test("a program that waits uses no processor time, and answers at once when it is woken", { needs }, async () => {
  await using program = deno(`
    import { Socket } from "${SOCKET}";
    const [left, right] = Socket.pair(1, 1);
    left.read(new Uint8Array(1)).then((n) => console.log("read", n));
    const input = Deno.stdin.readable.getReader();
    console.log("waiting");
    await input.read();
    await right.write(new Uint8Array(1));
    await left.read(new Uint8Array(1), { timeout: 100 }).catch((error) => console.log(error.name));
    left.close();
    right.close();
    await input.cancel();
  `);
  assertEquals(await program.line(), "waiting");
  await pause(500);
  // One tick is 10 ms: the runtime itself may do some housekeeping, and more of it in the first seconds of a busy machine.
  let ticks = Infinity;
  for (let round = 0; round < 3 && ticks > 1; round++) ticks = Math.min(ticks, await ticksWithin(program.pid, 5000));
  assert(ticks <= 1, `${ticks} ticks in the quietest of three times 5 s`);
  const begin = performance.now();
  program.write("go\n");
  assertEquals(await program.line(), "read 1");
  assert(performance.now() - begin < 500, `${performance.now() - begin} ms`);
  program.closeInput();
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout], [0, "waiting\nread 1\nTimeoutError\n"], stderr);
});

test("a program ends when nothing waits any more, even if the poller was parked", { needs }, async () => {
  const begin = performance.now();
  await using program = deno(`
    import { Socket } from "${SOCKET}";
    const [left, right] = Socket.pair(1, 1);
    setTimeout(() => left.close(), 100);
    await left.read(new Uint8Array(1)).catch((error) => console.log(error.code));
    const [a] = Socket.pair(1, 1);
    await a.read(new Uint8Array(1), { timeout: 50 }).catch((error) => console.log(error.name));
    await a.read(new Uint8Array(1), { signal: AbortSignal.timeout(50) }).catch((error) => console.log(error.name));
  `);
  const late = setTimeout(() => program.kill(), 20_000);
  const { code, stdout, stderr } = await program.exit;
  clearTimeout(late);
  assertEquals([code, stdout], [0, "EBADF\nTimeoutError\nTimeoutError\n"], stderr);
  assert(performance.now() - begin < 5000);
});

test("a wait that finds no free descriptor is tried again, and leaks none", { needs }, async () => {
  await using program = deno(
    `
    import { Socket } from "${SOCKET}";
    Deno.addSignalListener("SIGUSR2", () => {}); // it opens its descriptors now
    const [left, right] = Socket.pair(1, 1);
    const taken = [];
    try { for (;;) taken.push(Socket.open(2, 2)); } catch {}
    const count = taken.length;
    for (let free = 0; free < 4; free++) {
      const read = left.read(new Uint8Array(1), { timeout: 5000 }).catch((error) => error.code);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await right.write(new Uint8Array(1));
      console.log(await read);
      await new Promise((resolve) => setTimeout(resolve, 20));
      taken.pop().close();
    }
    taken.splice(0).forEach((socket) => socket.close());
    setTimeout(() => right.write(new Uint8Array(1)), 100);
    console.log(await left.read(new Uint8Array(1)));
    left.close();
    right.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    try { for (;;) taken.push(Socket.open(2, 2)); } catch {}
    console.log(taken.length - count);
    Deno.exit(0);
    `,
    { under: ["prlimit", "--nofile=128:128"] },
  );
  const { stdout, stderr } = await program.exit;
  assertEquals(stdout, "1\n1\n1\n1\n1\n2\n", stderr); // in the end the pair is free too
});

test("a Worker has its own poller, and its sockets work beside the program's", { needs: ["read"] }, async () => {
  const source = `
    import { TcpConn } from "${new URL("../../inet/mod.ts", import.meta.url)}";
    self.onmessage = async ({ data }) => {
      using conn = await TcpConn.connect({ port: data });
      const buffer = new Uint8Array(8);
      for (;;) {
        const n = await conn.read(buffer);
        if (n === null) break;
        await conn.write(buffer.subarray(0, n));
      }
      conn.close();
      self.postMessage("done");
    };
  `;
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const worker = new Worker(`data:application/typescript,${encodeURIComponent(source)}`, { type: "module" });
  const done = new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.postMessage(listener.addr.port);
  using conn = await listener.accept();
  const buffer = new Uint8Array(8);
  for (let i = 0; i < 200; i++) {
    await conn.write(new Uint8Array([i]));
    assertEquals(await conn.read(buffer), 1);
    assertEquals(buffer[0], i);
  }
  conn.close();
  assertEquals(await done, "done");
  await pause(20);
  worker.terminate();
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function ticksWithin(pid: number, milliseconds: number): Promise<number> {
  const before = processorTicks(pid);
  await pause(milliseconds);
  return processorTicks(pid) - before;
}

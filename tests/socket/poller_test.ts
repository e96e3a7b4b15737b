import { C, check, libc } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { Poller, poller } from "../../socket/poller.ts";
import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, assertInstanceOf, type Permission, test } from "../runner/mod.ts";
import { processorTicks } from "./process_times.ts";

const needs: Permission[] = ["run", "read", "env"];
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);
const EVENTS = C.EPOLLIN | C.EPOLLRDHUP | C.EPOLLET;

function pair(): [number, number] {
  const fds = new Int32Array(2);
  check(libc().socketpair(C.AF_UNIX, C.SOCK_STREAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0, fds), "socketpair");
  return [fds[0] ?? -1, fds[1] ?? -1];
}

function send(fd: number): void {
  check(libc().send(fd, new Uint8Array([1]), 1n, C.MSG_NOSIGNAL), "send");
}

function close(...fds: number[]): void {
  for (const fd of fds) check(libc().close(fd), "close");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Notes the events it gets. */
class Spy {
  readonly events: number[] = [];

  ready(events: number): void {
    this.events.push(events);
  }
}

test("a late event for a closed descriptor does not reach the one that got its number", async () => {
  const shared = poller();
  for (const reuse of [false, true]) {
    const [a, b] = pair();
    const first = new Spy();
    const second = new Spy();
    shared.retain(true);
    shared.add(a, EVENTS, first);
    await pause(30); // now the poller is parked
    send(b);
    block(30); // the parked call has taken the event, and this thread has not heard of it yet
    let c = -1;
    if (reuse) {
      shared.remove(a);
      close(a);
      c = check(libc().fcntl(b, C.F_DUPFD_CLOEXEC, BigInt(a)), "fcntl");
      assertEquals(c, a);
      shared.add(c, EVENTS, second);
    }
    await pause(30);
    assertEquals(first.events, reuse ? [] : [C.EPOLLIN]);
    // The duplicate of b has no bytes; it tells of nothing but that its peer is closed.
    assertEquals(second.events.filter((events) => (events & C.EPOLLHUP) === 0), []);
    shared.remove(a);
    shared.release(true);
    close(a, b);
  }
});

test("one that stops watching another of the same batch keeps its event back", async () => {
  const shared = poller();
  const [a, b] = pair();
  const [c, d] = pair();
  const spies = [new Spy(), new Spy()];
  const other = new Map([[a, c], [c, a]]);
  for (const [i, fd] of [a, c].entries()) {
    shared.add(fd, EVENTS, {
      ready(events) {
        spies[i]?.ready(events);
        shared.remove(other.get(fd) ?? -1);
      },
    });
  }
  shared.retain(true);
  send(b);
  send(d);
  await pause(30);
  assertEquals(spies.flatMap(({ events }) => events), [C.EPOLLIN]);
  shared.release(true);
  close(a, b, c, d);
});

test("more events than fit one call all arrive", async () => {
  const sockets = Array.from({ length: 400 }, () => Socket.pair(C.AF_UNIX, C.SOCK_STREAM));
  const reads = sockets.map(([left]) => left.read(new Uint8Array(4)));
  await pause(20);
  for (const [, right] of sockets) void right.write(new Uint8Array([1, 2, 3]));
  assertEquals(new Set(await Promise.all(reads)), new Set([3]));
  for (const socket of sockets.flat()) socket.close();
});

test("a program that waits uses no processor time, and answers at once when it is woken", { needs }, async () => {
  await using program = deno(`
    import { Socket } from "${SOCKET}";
    const [left, right] = Socket.pair(1, 1);
    left.read(new Uint8Array(1)).then((n) => console.log("read", n));
    const input = Deno.stdin.readable.getReader();
    console.log("waiting");
    await input.read();
    await right.write(new Uint8Array(1));
    await left.read(new Uint8Array(1), { timeout: 100 }).catch((error) => console.log(error.code));
    left.close();
    right.close();
    await input.cancel();
  `);
  assertEquals(await program.line(), "waiting");
  await pause(500);
  const before = processorTicks(program.pid);
  await pause(5000);
  assertEquals(processorTicks(program.pid) - before, 0);
  const begin = performance.now();
  program.write("go\n");
  assertEquals(await program.line(), "read 1");
  assert(performance.now() - begin < 500, `${performance.now() - begin} ms`);
  program.closeInput();
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout], [0, "waiting\nread 1\nETIMEDOUT\n"], stderr);
});

test("a program ends when nothing waits any more, although the poller was parked", { needs }, async () => {
  const begin = performance.now();
  await using program = deno(`
    import { Socket } from "${SOCKET}";
    const [left, right] = Socket.pair(1, 1);
    setTimeout(() => left.close(), 100);
    await left.read(new Uint8Array(1)).catch((error) => console.log(error.code));
    const [a] = Socket.pair(1, 1);
    await a.read(new Uint8Array(1), { timeout: 50 }).catch((error) => console.log(error.code));
    await a.read(new Uint8Array(1), { signal: AbortSignal.timeout(50) }).catch((error) => console.log(error.name));
  `);
  const late = setTimeout(() => program.kill(), 20_000);
  const { code, stdout, stderr } = await program.exit;
  clearTimeout(late);
  assertEquals([code, stdout], [0, "EBADF\nETIMEDOUT\nTimeoutError\n"], stderr);
  assert(performance.now() - begin < 5000);
});

test("a new Poller that cannot be made leaves no descriptor", { needs }, async () => {
  await using program = deno(
    `
    import { readdirSync } from "node:fs";
    import { Poller } from "${new URL("../../socket/poller.ts", import.meta.url)}";
    import { Socket } from "${SOCKET}";
    Deno.addSignalListener("SIGUSR2", () => {});
    new Poller();
    const taken = [];
    try { for (;;) taken.push(Socket.open(2, 2)); } catch {}
    taken.pop().close(); // room for one descriptor: a poller needs two
    for (let i = 0; i < 3; i++) {
      try { new Poller(); console.log("made"); } catch (error) { console.log(error.syscall, error.code); }
    }
    taken.splice(0).forEach((socket) => socket.close());
    new Poller();
    Deno.exit(0);
    `,
    { under: ["prlimit", "--nofile=128:128"] },
  );
  const { stdout, stderr } = await program.exit;
  assertEquals(stdout, "eventfd EMFILE\neventfd EMFILE\neventfd EMFILE\n", stderr);
});

test("a Worker has a poller of its own, and its sockets work beside the program's", { needs: ["read"] }, async () => {
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
  const { TcpListener } = await import("../../inet/mod.ts");
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
  assertInstanceOf(poller(), Poller);
});

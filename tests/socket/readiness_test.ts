import { C, check, libc, outcome } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Operation, SO_LINGER, Socket } from "../../socket/mod.ts";
import { assertEquals, assertRejects, spawnFile, test } from "../runner/mod.ts";

const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

/** Would block at first, then runs `last` and throws. */
class Failing extends Operation<number> {
  readonly syscall = "recv";
  readonly #last: () => void;
  #tries = 0;

  constructor(last: () => void) {
    super();
    this.#last = last;
  }

  attempt(): number | undefined {
    if (this.#tries++ === 0) return undefined;
    this.#last();
    throw new Error("failed");
  }
}

test("read() is not overtaken by a later one that the kernel would serve at once", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffers = [new Uint8Array(1), new Uint8Array(1)] as const;
  const first = left.read(buffers[0]);
  check(libc().send(right.fd, new Uint8Array([1, 2]), 2n, 0), "send"); // the event cannot have been processed yet
  const second = left.read(buffers[1]);
  assertEquals(await Promise.all([first, second]), [1, 1]);
  assertEquals([...buffers[0], ...buffers[1]], [1, 2]);
  left.close();
  right.close();
});

test("a write() that waits for room is not overtaken by a later one that finds room", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const size = 4 << 20;
  const first = left.write(new Uint8Array(size).fill(1));
  const buffer = new Uint8Array(1 << 20);
  let got = 0;
  const counts = [0, 0, 0];
  function count(n: number): void {
    for (const byte of buffer.subarray(0, n)) {
      counts[byte] = (counts[byte] ?? 0) + 1;
      if (byte === 2) assertEquals(counts[1], size);
    }
    got += n;
  }
  for (;;) {
    const n = outcome(libc().recv(right.fd, buffer, BigInt(buffer.length), 0));
    if (n < 0) break;
    count(n);
  }
  const second = left.write(new Uint8Array([2]));
  while (got < size + 1) count(await right.read(buffer) ?? 0);
  assertEquals([await first, await second, counts[2]], [size, 1, 1]);
  left.close();
  right.close();
});

test("waits that begin after one was answered and one was aborted come after the others", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const controller = new AbortController();
  const order: unknown[] = [];
  const waits: Promise<void>[] = [];
  function wait(i: number, signal?: AbortSignal): void {
    const read = left.read(new Uint8Array(1), { timeout: 5000, ...(signal === undefined ? {} : { signal }) });
    waits.push(read.then(() => void order.push(i), ({ message }) => void order.push(message)));
  }
  for (const i of [0, 1, 2]) wait(i);
  await right.write(new Uint8Array(1));
  await waits[0];
  wait(3);
  await right.write(new Uint8Array(3));
  await Promise.all(waits);
  wait(4, controller.signal);
  for (const i of [5, 6]) wait(i);
  controller.abort(new Error("aborted"));
  wait(7);
  await right.write(new Uint8Array(3));
  await Promise.all(waits);
  assertEquals(order, [0, 1, 2, 3, "aborted", 5, 6, 7]);
  left.close();
  right.close();
});

test("a waiting accept() notices that the socket was shut down", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = assertRejects(() => listener.accept({ timeout: 5000 }), Error, "EINVAL");
  listener.socket.shutdown(C.SHUT_RDWR);
  await accepting;
});

test("after a failed wait the next one is tried, as no event will come for it", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await TcpConn.connect(listener.addr);
  const server = await listener.accept();
  const first = assertRejects(() => client.read(new Uint8Array(1)), Error, "ECONNRESET");
  const second = client.read(new Uint8Array(1), { timeout: 5000 });
  server.socket.set(SO_LINGER, 0);
  server.close();
  await first;
  assertEquals(await second, null);
});

test("an operation that ends its own wait and then throws is rejected once, and the next continues", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const controller = new AbortController();
  const failing = new Failing(() => controller.abort(new Error("enough")));
  const first = assertRejects(() => left.run("read", failing, { signal: controller.signal }), Error, "enough");
  const second = left.read(new Uint8Array(8), { timeout: 5000 });
  await right.write(new Uint8Array(3));
  await first;
  assertEquals(await second, 3);
  left.close();
  right.close();
});

test(
  "unref() releases the waits of its own socket only, which still get events; ref() holds them again",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    await using program = spawnFile(`
import { Socket } from "${SOCKET}";
const [a, b] = Socket.pair(1, 1);
const [c] = Socket.pair(1, 1);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const reads = [a.read(new Uint8Array(1)), a.read(new Uint8Array(1)), a.read(new Uint8Array(1))];
for (const read of reads) void read.then((n) => console.log(n));
c.unref();
const other = c.read(new Uint8Array(1), { timeout: 300 });
a.unref();
c.ref();
void other.catch(async ({ name }) => { // no top-level await: Deno would wait for it, even without references
  console.log(name);
  await pause(100);
  await b.write(new Uint8Array(1));
  await pause(200);
});
`);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout], [0, "TimeoutError\n1\n"], stderr);
  },
);

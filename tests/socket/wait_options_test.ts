import { C } from "../../ffi/mod.ts";
import { Socket, type WaitOptions } from "../../socket/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, spawnFile, test } from "../runner/mod.ts";

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

test("two writes that one signal ends are rejected with its reason, each with its own progress", async () => {
  const pairs = [Socket.pair(C.AF_UNIX, C.SOCK_STREAM), Socket.pair(C.AF_UNIX, C.SOCK_STREAM)];
  const controller = new AbortController();
  const reason = Object.freeze(Object.assign(new Error("elsewhere"), { code: "ECONNRESET", syscall: "recv" }));
  const progresses = pairs.map(() => ({ done: -1 }));
  const writes = pairs.map(([left], i) => {
    return left.write(new Uint8Array(4 << 20), { signal: controller.signal, progress: progresses[i] ?? { done: 0 } });
  });
  const ends = writes.map((write) => write.catch((error: unknown) => error));
  controller.abort(reason);
  assertEquals((await Promise.all(ends)).map((error) => error === reason), [true, true]);
  for (const [i, [, right]] of pairs.entries()) {
    assert((progresses[i]?.done ?? 0) > 0);
    assertEquals(await waiting(right), progresses[i]?.done);
  }
  for (const socket of pairs.flat()) socket.close();
});

test("a timeout of 0 takes what is there, also if the event of its arrival has not come yet", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_SEQPACKET);
  for (let i = 0; i < 20; i++) {
    const nothing = await assertRejects(() => right.recv(new Uint8Array(1), { timeout: 0 }));
    assertEquals((nothing as Error).name, "TimeoutError");
    await left.send(new Uint8Array(1));
    const received = right.recv(new Uint8Array(1), { timeout: 0 });
    for (const end = performance.now() + 3; performance.now() < end;); // the timer is due before the loop turns
    assertEquals(await received, 1);
  }
  left.close();
  right.close();
});

test("a wait does not search an aborted signal's other listeners for its own", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const controller = new AbortController();
  const { signal } = controller;
  let searches = 0;
  signal.removeEventListener = () => void searches++;
  const reads = Array.from({ length: 100 }, () => left.read(new Uint8Array(1), { signal }));
  controller.abort();
  assert((await Promise.allSettled(reads)).every(({ status }) => status === "rejected"));
  assertEquals(searches, 0);
  left.close();
  right.close();
});

test(
  "a timeout does not keep a program alive after unref()",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    await using program = spawnFile(`
import { C } from "${FFI}";
import { Socket } from "${SOCKET}";
const [left] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
left.unref();
void left.read(new Uint8Array(1), { timeout: 30_000 });
`);
    const late = setTimeout(() => program.kill(), 10_000);
    const { code, stderr } = await program.exit;
    clearTimeout(late);
    assertEquals(code, 0, stderr);
  },
);

test(
  "a timeout ends a wait when nothing else keeps the program alive",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    await using program = spawnFile(`
import { C } from "${FFI}";
import { Socket } from "${SOCKET}";
const [left] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
await left.read(new Uint8Array(1), { timeout: 300 }).catch(({ name }) => console.log(name));
left.close();
`);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout], [0, "TimeoutError\n"], stderr);
  },
);

test("an operation whose timeout or signal is invalid consumes no data", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffer = new Uint8Array(8);
  for (const timeout of [5n, "5", null, true, NaN, -1] as never[]) {
    await assertRejects(() => left.read(buffer, { timeout }), RangeError, "timeout");
  }
  for (const signal of [{}, 5, "x", { throwIfAborted() {} }] as never[]) {
    await assertRejects(() => left.read(buffer, { signal }), TypeError, "must be an AbortSignal");
  }
  const read = left.read(buffer, { timeout: 5000 });
  await right.write(new Uint8Array(3));
  assertEquals(await read, 3);
  left.close();
  right.close();
});

/** How many bytes there are to read. */
async function waiting(socket: Socket): Promise<number> {
  const buffer = new Uint8Array(1 << 20);
  let total = 0;
  for (;;) {
    const n = await socket.read(buffer, { timeout: 0 }).catch((error: Error) => error.name);
    if (typeof n !== "number") return total;
    total += n;
  }
}

const REASONS: unknown[] = [
  new Error("mine"),
  "text",
  null,
  0,
  Object.freeze({}),
  new DOMException("x", "TimeoutError"),
];

/** Every operation that may end midway, how many bytes or messages it can do at once, and the field of its error. */
const PARTIAL: [
  name: string,
  run: (left: Socket, right: Socket, options: WaitOptions) => Promise<unknown>,
  field: string,
][] = [
  ["write()", (left, _, options) => left.write(new Uint8Array(4 << 20), options), "bytesWritten"],
  [
    "sendMessage()",
    (left, _, options) => left.sendmsg({ buffers: [new Uint8Array(4 << 20)] }, options),
    "bytesWritten",
  ],
  [
    "receive() with MSG_WAITALL",
    async (left, right, options) => {
      await right.write(new Uint8Array(5));
      return await left.recv(new Uint8Array(10), { ...options, flags: C.MSG_WAITALL });
    },
    "bytesRead",
  ],
];

for (const [name, run, field] of PARTIAL) {
  test(`${name} that ends midway is rejected with the reason or a TimeoutError, and progress tells how much was done`, async () => {
    for (const reason of REASONS) {
      const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
      const controller = new AbortController();
      const progress = { done: 12345 };
      const end = run(left, right, { signal: controller.signal, progress }).then(
        () => "done",
        (error: unknown) => error,
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort(reason);
      assert(await end === reason);
      assert(progress.done > 0 && progress.done < 4 << 20, `${progress.done} bytes`);
      left.close();
      right.close();
    }
    const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
    const progress = { done: 12345 };
    const error = await assertRejects(() => run(left, right, { timeout: 10, progress }));
    assert(error instanceof DOMException);
    assertEquals([error.name, (error as unknown as Record<string, unknown>)[field]], ["TimeoutError", progress.done]);
    assert(progress.done > 0);
    assertMatch(error.message, /^Cannot (send to|receive from) the socket in time: timeout is 10 ms$/);
    left.close();
    right.close();
  });
}

test("progress is 0 if nothing was done: aborted before, refused, or closed", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  for (const options of [{ signal: AbortSignal.abort() }, { timeout: -1 }]) {
    const progress = { done: 7 };
    await assertRejects(() => left.write(new Uint8Array(1), { ...options, progress }));
    assertEquals(progress.done, 0);
  }
  left.close();
  right.close();
  const progress = { done: 7 };
  await assertRejects(() => left.write(new Uint8Array(1), { progress }), Error, "closed");
  assertEquals(progress.done, 0);
});

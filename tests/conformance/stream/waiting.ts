import { assert, assertEquals, assertRejects } from "../../runner/mod.ts";
import {
  assertReads,
  assertSameBytes,
  bytesOf,
  drain,
  errorOf,
  noise,
  pause,
  readExactly,
  stillPending,
} from "./bytes.ts";
import type { PairTests } from "./context.ts";

/** Waits that end early: by a signal or a timeout. */
export function waitingTests(suite: PairTests): void {
  const { flood, slowness } = suite.capabilities;

  suite.test("an aborted signal refuses read() and write(), and no byte moves", async (pair) => {
    const { ours, theirs } = pair;
    await theirs.write(bytesOf("kept"));
    const reason = new Error("not today");
    const signal = AbortSignal.abort(reason);
    assertEquals(await errorOf(ours.read(new Uint8Array(8), { signal })), reason);
    assertEquals(await errorOf(ours.write(bytesOf("never"), { signal })), reason);
    assertEquals(await errorOf(ours.closeWrite({ signal })), reason);
    await assertReads(ours, "kept");
    await ours.write(bytesOf("after"));
    await assertReads(theirs, "after");
  });

  suite.test("a signal ends a waiting read() with its reason, and the next read() gets all", async (pair) => {
    const { ours, theirs } = pair;
    const controller = new AbortController();
    const reason = new Error("enough");
    const read = errorOf(ours.read(new Uint8Array(8), { signal: controller.signal }));
    await pause(10);
    controller.abort(reason);
    assertEquals(await read, reason);
    await theirs.write(bytesOf("after"));
    await assertReads(ours, "after");
    controller.abort(); // once more, after all is over
  });

  suite.test("a signal that ends one of several reads leaves the others in order", async ({ ours, theirs }) => {
    const controller = new AbortController();
    const buffers = Array.from({ length: 5 }, () => new Uint8Array(1));
    const reads = buffers.map((buffer, i) => ours.read(buffer, i % 2 === 1 ? { signal: controller.signal } : {}));
    const aborted = Promise.all([errorOf(reads[1] as Promise<unknown>), errorOf(reads[3] as Promise<unknown>)]);
    controller.abort();
    assertEquals((await aborted).map((error) => error.name), ["AbortError", "AbortError"]);
    const last = ours.read(new Uint8Array(1));
    await theirs.write(bytesOf("abcd"));
    assertEquals(await Promise.all([reads[0], reads[2], reads[4], last]), [1, 1, 1, 1]);
    assertEquals(buffers.map((buffer) => String.fromCharCode(buffer[0] ?? 0)).join(""), "a\0b\0c");
  });

  suite.test("the same signal serves many operations that succeed", async ({ ours, theirs }) => {
    const { signal } = new AbortController();
    for (let i = 0; i < 50; i++) {
      const read = ours.read(new Uint8Array(8), { signal });
      await theirs.write(bytesOf("x"));
      assertEquals(await read, 1);
      assertEquals(await ours.write(bytesOf("y"), { signal }), 1);
    }
    assertSameBytes(await readExactly(theirs, 50), bytesOf("y".repeat(50)));
  });

  suite.test("a signal ends a waiting write(), and progress tells what the other end gets", async (pair) => {
    const { ours, theirs } = pair;
    const controller = new AbortController();
    const reason = new Error("too slow");
    const bytes = noise(flood);
    const progress = { done: 0 };
    const write = errorOf(ours.write(bytes, { signal: controller.signal, progress }));
    await pause(100 * slowness);
    controller.abort(reason);
    assertEquals(await write, reason);
    const written = progress.done;
    assert(written > 0 && written < flood, `${written} of ${flood} bytes were written`);
    const after = ours.write(bytesOf("after"));
    assertSameBytes(await readExactly(theirs, written, 1 << 18), bytes.subarray(0, written));
    await after;
    ours.close();
    await assertReads(theirs, "after");
    assertEquals(await drain(theirs), 0);
  });

  suite.test("a signal that ends a queued write() prevents all of it", async ({ ours, theirs }) => {
    const controller = new AbortController();
    const bytes = noise(flood);
    const first = ours.write(bytes);
    const second = errorOf(ours.write(bytesOf("never"), { signal: controller.signal }));
    const third = ours.write(bytesOf("third"));
    controller.abort();
    assertEquals((await second).name, "AbortError");
    assertSameBytes(await readExactly(theirs, flood, 1 << 18), bytes);
    await assertReads(theirs, "third");
    assertEquals(await first, flood);
    assertEquals(await third, 5);
  });

  suite.test("read() keeps to its timeout, and the next read() gets all", async ({ ours, theirs }) => {
    const begin = performance.now();
    const error = await errorOf(ours.read(new Uint8Array(8), { timeout: 60 }));
    const took = performance.now() - begin;
    assertEquals(error.name, "TimeoutError");
    assert(took >= 59 && took < 60 + 2000 * slowness, `took ${took} ms`);
    await theirs.write(bytesOf("after"));
    await assertReads(ours, "after");
  });

  suite.test("write() keeps to its timeout, and tells how much was written", async ({ ours, theirs }) => {
    const error = await errorOf(ours.write(new Uint8Array(flood), { timeout: 100 * slowness }));
    assertEquals(error.name, "TimeoutError");
    ours.close();
    assertEquals(await drain(theirs), error.bytesWritten);
  });

  suite.test("closeWrite() keeps to its timeout behind a write that waits", async ({ ours }) => {
    const write = errorOf(ours.write(new Uint8Array(flood)));
    assertEquals((await errorOf(ours.closeWrite({ timeout: 50 }))).name, "TimeoutError");
    ours.close();
    await write;
  });

  suite.test("a timeout that does not pass changes nothing, however long it is", async ({ ours, theirs }) => {
    for (const timeout of [10_000 * slowness, 2 ** 31, Infinity]) {
      const read = ours.read(new Uint8Array(8), { timeout });
      assert(await stillPending(read, 20), `${timeout} ms were over at once`);
      await theirs.write(bytesOf("x"));
      assertEquals(await read, 1);
    }
  });

  suite.test("a timeout of 0 returns what is there, and does not wait", async ({ ours, theirs }) => {
    await theirs.write(bytesOf("x"));
    assertEquals(await ours.read(new Uint8Array(8), { timeout: 1000 * slowness }), 1);
    assertEquals((await errorOf(ours.read(new Uint8Array(8), { timeout: 0 }))).name, "TimeoutError");
  });

  suite.test("an invalid timeout is refused before anything happens", async ({ ours }) => {
    for (const timeout of [-1, NaN, -Infinity]) {
      const error = await assertRejects(() => ours.read(new Uint8Array(8), { timeout }), RangeError);
      assert(error.message.endsWith(`current value is ${timeout}`), error.message);
    }
  });

  suite.test("data and abort at the same time lose no byte", async ({ ours, theirs }) => {
    let got = 0;
    for (let round = 0; round < 100; round++) {
      const controller = new AbortController();
      const read = ours.read(new Uint8Array(1), { signal: controller.signal }).then((n) => got += n ?? 0, () => 0);
      const wrote = theirs.write(Uint8Array.of(round));
      if (round % 2 === 0) await pause(round % 3);
      controller.abort();
      await Promise.all([read, wrote]);
    }
    const rest = await readExactly(ours, 100 - got);
    assertEquals(got + rest.length, 100);
    if (rest.length > 0) assertEquals(rest[rest.length - 1], 99);
  });
}

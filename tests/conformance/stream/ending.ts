import { assert, assertEquals } from "../../runner/mod.ts";
import { assertReads, assertSameBytes, bytesOf, drain, errorOf, noise, pause, readExactly } from "./bytes.ts";
import type { PairTests } from "./context.ts";

/** How a connection ends: half-closes, ends, resets and closes. */
export function endingTests(suite: PairTests): void {
  const { flood, rounds, slowness } = suite.capabilities;

  suite.test("closeWrite() ends one direction, and the other continues", async ({ ours, theirs }) => {
    await ours.write(bytesOf("last words"));
    await ours.closeWrite();
    await assertReads(theirs, "last words");
    assertEquals(await drain(theirs), 0);
    await theirs.write(bytesOf("answer"));
    await assertReads(ours, "answer");
  }, ["halfClose"]);

  suite.test(
    "read() is null at the end of the stream, each time, and write() still works",
    async ({ ours, theirs }) => {
      await theirs.write(bytesOf("bye"));
      await theirs.closeWrite();
      await assertReads(ours, "bye");
      const buffer = new Uint8Array(8);
      for (let i = 0; i < 3; i++) assertEquals(await ours.read(buffer), null);
      await ours.write(bytesOf("still here"));
      await assertReads(theirs, "still here");
    },
    ["halfClose"],
  );

  suite.test("the end of the stream answers every waiting read", async ({ ours, theirs }) => {
    const reads = Array.from({ length: 5 }, () => ours.read(new Uint8Array(8)));
    await pause(10);
    await theirs.close();
    assertEquals(await Promise.all(reads), [null, null, null, null, null]);
  });

  suite.test("write() after closeWrite() is refused with EPIPE", async ({ ours }) => {
    await ours.closeWrite();
    const error = await errorOf(ours.write(bytesOf("x")));
    assertEquals(error.code, "EPIPE");
    assertEquals(error.syscall, "send");
    assertEquals(error.bytesWritten ?? 0, 0);
  }, ["halfClose"]);

  suite.test("closeWrite() waits for the writes before it", async ({ ours, theirs }) => {
    const bytes = noise(flood);
    const write = ours.write(bytes);
    const closed = ours.closeWrite();
    assertSameBytes(await readExactly(theirs, flood, 1 << 18), bytes);
    assertEquals(await drain(theirs), 0);
    assertEquals(await write, flood);
    await closed;
  }, ["halfClose"]);

  // The end may come with the data, right behind it, or later; the reader may wait already, and its buffer may be longer.
  const small = Math.max(1, Math.floor(rounds / 10));
  for (const spare of [0, 1, 4096]) {
    suite.testMany(
      `the end right after the data is read, ${small} times with ${spare} spare bytes`,
      async (pair) => {
        for (let round = 0; round < small; round++) {
          const { ours, theirs } = await pair();
          const buffer = new Uint8Array(100 + spare);
          const early = round % 2 === 0 ? ours.read(buffer) : undefined;
          await theirs.write(noise(100));
          await theirs.close();
          if (round % 4 > 1) await pause(2);
          let n = await (early ?? ours.read(buffer)) ?? 0;
          while (n < 100) n += await ours.read(buffer) ?? 1000;
          assertEquals(n, 100);
          assertEquals(await ours.read(buffer, { timeout: 5000 * slowness }), null);
          ours.close();
        }
      },
    );
  }

  suite.test("read() reports that the other end reset the connection", async ({ ours, reset }) => {
    const read = errorOf(ours.read(new Uint8Array(8)));
    await pause(10);
    await reset?.();
    const error = await read;
    assertEquals(error.code, "ECONNRESET");
    assertEquals(error.syscall, "recv");
    assert(/reset/i.test(error.message), error.message);
  }, ["reset"]);

  suite.test("read() reports an earlier reset, and then write() is refused", async (pair) => {
    await pair.reset?.();
    await pause(20 * slowness);
    assertEquals((await errorOf(pair.ours.read(new Uint8Array(8)))).code, "ECONNRESET");
    const error = await errorOf(pair.ours.write(bytesOf("x")));
    assert(["EPIPE", "ECONNRESET"].includes(error.code ?? ""), error.message);
  }, ["reset"]);

  suite.test("a waiting write() reports a reset, and how much was written", async ({ ours, reset }) => {
    const write = errorOf(ours.write(new Uint8Array(flood)));
    await pause(50 * slowness);
    await reset?.();
    const error = await write;
    assert(["EPIPE", "ECONNRESET"].includes(error.code ?? ""), error.message);
    const written = error.bytesWritten ?? 0;
    assert(written > 0 && written < flood, `${written} of ${flood} bytes were written`);
  }, ["reset"]);

  suite.test("close() wakes every waiting read with an error that says so", async ({ ours }) => {
    const reads = Array.from({ length: 3 }, () => errorOf(ours.read(new Uint8Array(8))));
    await pause(10);
    ours.close();
    for (const error of await Promise.all(reads)) {
      assertEquals(error.code, "EBADF");
      assert(/closed/.test(error.message), error.message);
    }
  });

  suite.test("close() wakes waiting writes, and the error of the first tells how much was written", async ({ ours }) => {
    const writes = [errorOf(ours.write(new Uint8Array(flood))), errorOf(ours.write(new Uint8Array(1)))];
    await pause(20);
    ours.close();
    const [first, second] = await Promise.all(writes);
    assertEquals([first?.code, second?.code], ["EBADF", "EBADF"]);
    assert((first?.bytesWritten ?? 0) > 0);
    assertEquals(second?.bytesWritten, 0);
  });

  suite.test("close() in the reaction to a fulfilled read rejects the reads after it", async (pair) => {
    const { ours, theirs } = pair;
    const second = { done: false };
    const first = ours.read(new Uint8Array(1)).then(() => ours.close());
    const behind = errorOf(ours.read(new Uint8Array(1)).then(() => second.done = true));
    await theirs.write(bytesOf("x"));
    await first;
    assertEquals((await behind).code, "EBADF");
    assertEquals(second.done, false);
  });

  suite.test("use after close is refused without touching the descriptor's number", async ({ ours }) => {
    ours.close();
    for (const use of [ours.read(new Uint8Array(8)), ours.write(bytesOf("x")), ours.closeWrite()]) {
      const error = await errorOf(use);
      assertEquals(error.code, "EBADF");
      assert(/closed/.test(error.message), error.message);
    }
  });

  suite.test("closing twice, and `using` after close(), do nothing", async ({ ours, theirs }) => {
    {
      using end = ours;
      await end.write(bytesOf("x"));
      end.close();
      end.close();
    }
    ours[Symbol.dispose]();
    await assertReads(theirs, "x");
    assertEquals(await drain(theirs), 0);
  });

  suite.test("leaving a `using` block closes", async ({ ours, theirs }) => {
    {
      using _ = ours;
    }
    assertEquals(await drain(theirs), 0);
    assertEquals((await errorOf(ours.read(new Uint8Array(1)))).code, "EBADF");
  });
}

import { assert, assertEquals } from "../../runner/mod.ts";
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
import type { OurEnd } from "./ends.ts";

/** The Web Streams of a connection. */
export function streamsTests(suite: PairTests): void {
  const { flood, slowness } = suite.capabilities;

  suite.test("readable piped to writable echoes, and at the end of both the connection is closed", async (pair) => {
    const { ours, theirs } = pair;
    const echo = ours.readable.pipeTo(ours.writable);
    const bytes = noise(flood);
    const [, back] = await Promise.all([
      theirs.write(bytes).then(() => theirs.closeWrite()),
      readExactly(theirs, flood, 1 << 18),
    ]);
    assertSameBytes(back, bytes);
    assertEquals(await drain(theirs), 0);
    await echo;
    await assertClosed(ours);
  }, ["halfClose"]);

  suite.test("readable and writable are the same streams each time", async ({ ours }) => {
    await Promise.resolve();
    assert(ours.readable === ours.readable);
    assert(ours.writable === ours.writable);
  });

  suite.test("readable gives the chunks as they arrive, and ends", async ({ ours, theirs }) => {
    const reader = ours.readable.getReader();
    await theirs.write(bytesOf("one"));
    assertEquals(await reader.read(), { value: bytesOf("one"), done: false });
    const next = reader.read();
    assert(await stillPending(next, 20));
    await theirs.write(bytesOf("two"));
    assertEquals(await next, { value: bytesOf("two"), done: false });
    await theirs.close();
    assertEquals<unknown>(await reader.read(), { value: undefined, done: true });
  });

  suite.test("readable fills a reader's own buffer (BYOB)", async ({ ours, theirs }) => {
    const reader = ours.readable.getReader({ mode: "byob" });
    await theirs.write(bytesOf("abcdef"));
    const first = await reader.read(new Uint8Array(4));
    assertEquals(first, { value: bytesOf("abcd"), done: false });
    const view = new Uint8Array(new ArrayBuffer(16), 8, 8);
    const second = await reader.read(view);
    assertEquals(second.value, bytesOf("ef"));
    assertEquals(second.value?.byteOffset, 8);
    assertEquals(second.value?.buffer.byteLength, 16);
    await theirs.close();
    const last = await reader.read(new Uint8Array(4));
    assertEquals([last.done, last.value?.byteLength], [true, 0]);
  });

  suite.test("readable is an async iterable, and breaking out closes the connection", async (pair) => {
    const { ours, theirs } = pair;
    await theirs.write(bytesOf("first"));
    for await (const chunk of ours.readable) {
      assertEquals(chunk, bytesOf("first"));
      break;
    }
    await assertClosed(ours);
  });

  suite.test("readable reads nothing from the connection before it is asked to", async ({ ours, theirs }) => {
    const { readable } = ours;
    await theirs.write(bytesOf("for read()"));
    await pause(20);
    await assertReads(ours, "for read()");
    await theirs.write(bytesOf("for the stream"));
    assertEquals((await readable.getReader().read()).value, bytesOf("for the stream"));
  });

  suite.test("cancelling readable while it waits closes the connection", async ({ ours }) => {
    const reader = ours.readable.getReader();
    const read = reader.read();
    await pause(10);
    await reader.cancel();
    assertEquals<unknown>(await read, { value: undefined, done: true });
    await assertClosed(ours);
  });

  suite.test("writable has backpressure", async ({ ours, theirs }) => {
    const writer = ours.writable.getWriter();
    const bytes = noise(flood);
    const write = writer.write(bytes);
    assert(await stillPending(write, 100 * slowness), "the write is done although nobody reads");
    assert((writer.desiredSize ?? 0) <= 0);
    assertSameBytes(await readExactly(theirs, flood, 1 << 18), bytes);
    await write;
    await writer.ready;
    assertEquals(writer.desiredSize, 1);
  });

  suite.test("closing writable ends the sending direction only", async ({ ours, theirs }) => {
    const writer = ours.writable.getWriter();
    void writer.write(bytesOf("bye"));
    await writer.close();
    await assertReads(theirs, "bye");
    assertEquals(await drain(theirs), 0);
    await theirs.write(bytesOf("answer"));
    await assertReads(ours, "answer");
  }, ["halfClose"]);

  suite.test("aborting writable closes the connection", async ({ ours, theirs }) => {
    await ours.writable.abort(new Error("never mind"));
    await assertClosed(ours);
    assertEquals(await drain(theirs), 0);
  });

  suite.test("a broken connection is an error of readable", async ({ ours, reset }) => {
    const reader = ours.readable.getReader();
    const read = errorOf(reader.read());
    await pause(10);
    await reset?.();
    assertEquals((await read).code, "ECONNRESET");
    assertEquals((await errorOf(reader.closed)).code, "ECONNRESET");
    await assertClosed(ours);
  }, ["reset"]);

  suite.test("closing the connection is an error for waiting streams", async ({ ours }) => {
    const read = errorOf(ours.readable.getReader().read());
    const write = errorOf(ours.writable.getWriter().write(new Uint8Array(flood)));
    await pause(20);
    ours.close();
    assertEquals((await read).code, "EBADF");
    assertEquals((await write).code, "EBADF");
  });
}

async function assertClosed(end: OurEnd): Promise<void> {
  assertEquals((await errorOf(end.write(bytesOf("x")))).code, "EBADF");
}

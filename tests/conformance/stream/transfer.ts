import { createHash } from "node:crypto";
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
import type { StreamEnd } from "./ends.ts";

/** What one end writes, the other reads. */
export function transferTests(suite: PairTests): void {
  const { bulk, flood, gone, rounds, slowness } = suite.capabilities;

  suite.test("read() returns what the other end wrote, in both directions", async ({ ours, theirs }) => {
    assertEquals(await ours.write(bytesOf("from ours")), 9);
    await assertReads(theirs, "from ours");
    await theirs.write(bytesOf("from theirs"));
    await assertReads(ours, "from theirs");
  });

  suite.test("read() waits until there is something", async ({ ours, theirs }) => {
    const read = readExactly(ours, 4);
    assert(await stillPending(read, 50));
    await theirs.write(bytesOf("late"));
    assertSameBytes(await read, bytesOf("late"));
  });

  suite.test("read() takes what fits, and the next read() gets the rest", async ({ ours, theirs }) => {
    await theirs.write(bytesOf("abcdefgh"));
    const buffer = new Uint8Array(3);
    await assertReads(ours, "abc");
    assertEquals(await readExactly(ours, 5, 2), bytesOf("defgh"));
    assert(await stillPending(ours.read(buffer), 50));
  });

  suite.test("read() writes into the view only, and write() sends the view only", async ({ ours, theirs }) => {
    const buffer = new Uint8Array(16).fill(0xee);
    await theirs.write(bytesOf("1234"));
    let at = 4;
    while (at < 8) at += await ours.read(buffer.subarray(at, 8)) ?? 99;
    assertEquals(buffer, Uint8Array.from([...Array(4).fill(0xee), ...bytesOf("1234"), ...Array(8).fill(0xee)]));
    assertEquals(await ours.write(buffer.subarray(5, 7)), 2);
    await ours.write(bytesOf("."));
    await assertReads(theirs, "23.");
  });

  suite.test("an empty buffer reads 0 bytes and consumes nothing", async ({ ours, theirs }) => {
    assertEquals(await ours.read(new Uint8Array(0)), 0);
    await theirs.write(bytesOf("x"));
    assertEquals(await ours.read(new Uint8Array(0)), 0);
    const buffer = new Uint8Array(8);
    assertEquals(await ours.read(buffer), 1);
    assertEquals(buffer[0], bytesOf("x")[0]);
    const waiting = ours.read(buffer);
    assertEquals(await ours.read(new Uint8Array(0)), 0);
    await theirs.write(bytesOf("y"));
    assertEquals(await waiting, 1);
  });

  suite.test("an empty write writes 0 bytes, and the other end notices nothing", async ({ ours, theirs }) => {
    assertEquals(await ours.write(new Uint8Array(0)), 0);
    await ours.write(bytesOf("x"));
    assertEquals(await ours.write(new Uint8Array(0)), 0);
    await ours.write(bytesOf("y"));
    await assertReads(theirs, "xy");
  });

  suite.test(`${rounds} round trips of growing messages come back unchanged`, async ({ ours, theirs }) => {
    const echo = echoUntilEnd(theirs);
    const message = noise(rounds * 37);
    for (let round = 1; round <= rounds; round++) {
      const part = message.subarray(0, round * 37);
      await ours.write(part);
      assertSameBytes(await readExactly(ours, part.length), part);
    }
    ours.close();
    await echo;
  });

  suite.test(`${rounds} one-byte round trips started by the other end come back`, async ({ ours, theirs }) => {
    const echo = echoUntilEnd(ours);
    for (let round = 0; round < rounds; round++) {
      await theirs.write(Uint8Array.of(round & 0xff));
      assertEquals(await readExactly(theirs, 1), Uint8Array.of(round & 0xff));
    }
    await theirs.close();
    await echo;
  });

  suite.test("concurrent reads are answered in the order of the calls", async ({ ours, theirs }) => {
    const buffers = Array.from({ length: 32 }, () => new Uint8Array(1));
    const order: number[] = [];
    const reads = buffers.map(async (buffer, i) => {
      assertEquals(await ours.read(buffer), 1);
      order.push(i);
    });
    for (let i = 0; i < 32; i += 8) {
      await theirs.write(Uint8Array.from({ length: 8 }, (_, k) => i + k));
      if (i === 8) await pause(20);
    }
    await Promise.all(reads);
    assertEquals(order, buffers.map((_, i) => i));
    assertEquals(buffers.map((buffer) => buffer[0]), buffers.map((_, i) => i));
  });

  suite.test("concurrent writes are not interleaved", async ({ ours, theirs }) => {
    const parts = [flood / 4, 1, flood / 4, 70_000, flood / 8, 3].map((length, i) => noise(length, i + 1));
    const writes = Promise.all(parts.map((part) => ours.write(part)));
    for (const part of parts) assertSameBytes(await readExactly(theirs, part.length, 1 << 18), part);
    assertEquals(await writes, parts.map((part) => part.length));
  });

  suite.test("write() waits while the reader pauses, and continues when it reads again", async (pair) => {
    const { ours, theirs } = pair;
    const bytes = noise(flood);
    const write = ours.write(bytes);
    assert(await stillPending(write, 200 * slowness), "the write is done although nobody reads");
    // A slow reader: three small reads with pauses, then the rest.
    const start = await readExactly(theirs, 3 * 65536, 65536);
    await pause(20);
    const rest = await readExactly(theirs, flood - start.length, 1 << 18);
    assertSameBytes(start, bytes.subarray(0, start.length));
    assertSameBytes(rest, bytes.subarray(start.length));
    assertEquals(await write, flood);
  });

  suite.test("a pause of the readers in both directions blocks neither for ever", async ({ ours, theirs }) => {
    const bytes = noise(flood);
    const writes = Promise.all([ours.write(bytes), theirs.write(bytes)]);
    assert(await stillPending(writes, 100 * slowness));
    const [a, b] = await Promise.all([readExactly(ours, flood, 1 << 18), readExactly(theirs, flood, 1 << 18)]);
    assertSameBytes(a, bytes);
    assertSameBytes(b, bytes);
    await writes;
  });

  suite.test(`${bulk >> 20} MiB both ways at once arrive with the right checksum`, async ({ ours, theirs }) => {
    const [sent, answered, received, arrived] = await Promise.all([
      sendBulk(ours, bulk, 1),
      sendBulk(theirs, bulk, 2),
      receiveBulk(ours, bulk),
      receiveBulk(theirs, bulk),
    ]);
    assertEquals(arrived, sent);
    assertEquals(received, answered);
    assert(sent !== answered);
  });

  suite.test("bytes written just before close() arrive", async ({ ours, theirs }) => {
    const bytes = noise(30_000);
    await ours.write(bytes);
    ours.close();
    assertSameBytes(await readExactly(theirs, bytes.length), bytes);
    assertEquals(await drain(theirs), 0);
  });

  suite.test("write() reports that the other end is gone", async ({ ours, theirs }) => {
    await theirs.close();
    const bytes = new Uint8Array(65536);
    const error = await errorOf((async () => {
      // The first writes after the peer's close may still find room in the buffer.
      for (let i = 0; i < 1000; i++) {
        await ours.write(bytes, { timeout: 10_000 * slowness });
        await pause(1);
      }
    })());
    assert(gone.includes(error.code ?? ""), error.message);
    assertEquals(error.syscall, "send");
  });
}

const CHUNK = 1 << 18;

async function sendBulk(end: StreamEnd, length: number, seed: number): Promise<string> {
  if (end.sendBulk !== undefined) return await end.sendBulk(length);
  const hash = createHash("sha256");
  // A prime length, so that the chunks do not repeat with the period of any buffer.
  const block = noise(1_048_573, seed);
  for (let sent = 0; sent < length;) {
    const at = sent % block.length;
    const part = block.subarray(at, Math.min(block.length, at + CHUNK, at + length - sent));
    hash.update(part);
    sent += await end.write(part);
  }
  return hash.digest("hex");
}

async function receiveBulk(end: StreamEnd, length: number): Promise<string> {
  if (end.receiveBulk !== undefined) return await end.receiveBulk(length);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  for (let received = 0; received < length;) {
    const n = await end.read(buffer.subarray(0, Math.min(CHUNK, length - received)));
    if (n === null) throw new Error(`The stream ended after ${received} of ${length} bytes`);
    hash.update(buffer.subarray(0, n));
    received += n;
  }
  return hash.digest("hex");
}

async function echoUntilEnd(end: StreamEnd): Promise<void> {
  const buffer = new Uint8Array(1 << 16);
  for (;;) {
    const n = await end.read(buffer);
    if (n === null) return;
    assertEquals(await end.write(buffer.subarray(0, n)), n);
  }
}

import { frameFormat } from "../../rpc/frame.ts";
import { FrameWriter } from "../../rpc/_frame_writer.ts";
import { FrameDecoder } from "../../rpc/mod.ts";
import type { Transport } from "../../rpc/_transport.ts";
import { assertEquals, test } from "../runner/mod.ts";

/** A connection that finishes a write when told to, and records it. */
class SlowTransport implements Transport {
  readonly format = frameFormat({});
  readonly buffered = 0;
  readonly memory = 0;
  readonly taken: Uint8Array[] = [];
  active = 0;
  closed = 0;
  take: (error?: Error) => void = () => {};

  fill(): Promise<boolean> {
    return Promise.resolve(false);
  }
  next(): undefined {}
  end(): void {}
  skip(): Promise<boolean> {
    return Promise.resolve(false);
  }
  async write(frames: Uint8Array): Promise<void> {
    this.active++;
    await new Promise<void>((resolve, reject) => {
      this.take = (error) => error === undefined ? resolve() : reject(error);
    });
    this.taken.push(frames.slice()); // as it is at the end of the write
    this.active--;
  }
  close(): void {
    this.closed++;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

test("FrameWriter makes one write at a time, and frames added meanwhile do not change it", async () => {
  const transport = new SlowTransport();
  let progress = 0;
  const writer = new FrameWriter(transport, () => void progress++);
  const texts: string[] = [];
  let bytes = 0;
  function put(text: string): void {
    writer.put([text]);
    texts.push(text);
    bytes += 8 + text.length;
  }
  put("first");
  writer.flush();
  for (let round = 0; round < 6; round++) {
    for (const text of [`a${round}`, "b".repeat(round * 20_000), `c${round}`]) {
      put(text);
      writer.flush();
      writer.flushSoon();
    }
    await settled();
    const rest = bytes - transport.taken.reduce((sum, { length }) => sum + length, 0);
    assertEquals([transport.active, progress, writer.queued], [1, round, rest]);
    transport.take();
    await settled();
    assertEquals(transport.taken.length, round + 1);
  }
  transport.take();
  await settled();
  assertEquals([transport.active, writer.queued, transport.taken.length], [0, 0, 7]);
  const decoder = new FrameDecoder();
  const got: string[] = [];
  for (const piece of transport.taken) {
    decoder.push(piece);
    for (let body; (body = decoder.next()) !== undefined;) got.push(new TextDecoder().decode(body));
  }
  assertEquals(got, texts);
});

test("FrameWriter closes a failed connection, reports why, and keeps no more frames", async () => {
  const transport = new SlowTransport();
  let progress = 0;
  const writer = new FrameWriter(transport, () => void progress++);
  writer.put(["first"]);
  writer.flush();
  writer.put(["second"]);
  assertEquals([writer.error, progress], [undefined, 0]);
  const broken = new Error("broken");
  transport.take(broken);
  await settled();
  assertEquals([writer.error, writer.queued, transport.closed, progress], [broken, 0, 1, 1]);
  writer.put(["third"]);
  writer.flush();
  await settled();
  assertEquals([writer.queued, transport.active, transport.taken], [0, 1, []]); // none but the one that failed
});

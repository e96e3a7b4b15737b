import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { relay } from "../../socket/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

async function connected(): Promise<[TcpConn, TcpConn]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
}

test("relay() counts its timeout from the last byte moved in either direction", async () => {
  // An attempt in which other programs held up this one for about as long as the timeout proves nothing.
  for (let attempt = 0;; attempt++) {
    const { passed, longest } = await relayBytes();
    if (longest > 150 && attempt < 4) continue;
    assert(passed >= 590, `${passed} ms`); // 8 × 50 ms and 200 ms of silence
    break;
  }
});

/** Milliseconds until relay() ends because of its timeout of 200 ms, and the longest time between two of 8 bytes. */
async function relayBytes(): Promise<{ passed: number; longest: number }> {
  const [left, a] = await connected();
  const [b, right] = await connected();
  const began = performance.now();
  const relayed = assertRejects(() => relay(a, b, { timeout: 200 }));
  let longest = 0;
  for (let i = 0, last = began; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const isOver = await left.write(new Uint8Array(1)).catch(() => 0) === 0;
    const count = isOver ? null : await right.read(new Uint8Array(1)).catch(() => null);
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (count === null) break;
    assertEquals(count, 1);
  }
  assertEquals((await relayed as Error).name, "TimeoutError");
  const passed = performance.now() - began;
  left.close();
  right.close();
  return { passed, longest };
}

test("relay() refuses an invalid timeout, and closes both ends", async () => {
  for (const timeout of [-1, NaN]) {
    const [left, a] = await connected();
    const [b, right] = await connected();
    await assertRejects(() => relay(a, b, { timeout }), RangeError);
    assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
    left.close();
    right.close();
  }
});

test("relay() refuses what is no connection", async () => {
  const [left, right] = socketPair("stream");
  for (const none of [undefined, null, {}, Promise.resolve(left)] as never[]) {
    await assertRejects(() => relay(left, none), TypeError, "Cannot relay what is no connection: current value is");
    await assertRejects(() => relay(none, left), TypeError, "Cannot relay what is no connection: current value is");
  }
  assert(left.socket.fd >= 0);
  for (const end of [left, right]) end.close();
});

test("relay() refuses connections that carry messages, which it would split, and closes both ends", async () => {
  const [left, a] = socketPair("seqpacket");
  const [b, right] = socketPair("seqpacket");
  await assertRejects(
    () => relay(a, b, { timeout: 2000 }),
    TypeError,
    "they carry messages: only streams are possible",
  );
  assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
  for (const end of [left, right]) end.close();
});

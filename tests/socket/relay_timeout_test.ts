import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { relay } from "../../socket/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

async function connected(): Promise<[TcpConn, TcpConn]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
}

test("relay() counts its timeout from the last byte moved in either direction", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  const began = performance.now();
  const relayed = assertRejects(() => relay(a, b, { timeout: 200 }));
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await left.write(new Uint8Array(1));
    assertEquals(await right.read(new Uint8Array(1)), 1);
  }
  const error = await relayed as Error & { code: string };
  assertEquals(error.name, "TimeoutError");
  const passed = performance.now() - began;
  assert(passed >= 590, `${passed} ms`); // 8 × 50 ms and 200 ms of silence
  left.close();
  right.close();
});

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

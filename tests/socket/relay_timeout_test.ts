import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { relay } from "../../socket/mod.ts";
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

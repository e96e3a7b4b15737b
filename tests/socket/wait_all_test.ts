import { C } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

const flags = C.MSG_WAITALL;

test("Socket.recv() with MSG_WAITALL fills the buffer, however the bytes arrive", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffer = new Uint8Array(1000);
  const receive = right.recv(buffer, { flags });
  for (let i = 0; i < 1001; i++) {
    await left.write(Uint8Array.of(i));
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await receive, 1000);
  assertEquals(buffer, new Uint8Array(1000).map((_, i) => i));
  assertEquals(await right.read(buffer), 1);
  left.close();
  right.close();
});

test("Socket.recv() with MSG_WAITALL returns fewer bytes only at the end of the stream", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  await left.write(new Uint8Array(3));
  const receive = right.recv(new Uint8Array(8), { flags });
  left.close();
  assertEquals(await receive, 3);
  assertEquals(await right.recv(new Uint8Array(8), { flags }), 0);
  right.close();
});

test("Socket.recv() with MSG_WAITALL reports how much arrived before its timeout", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffer = new Uint8Array(8);
  await left.write(Uint8Array.of(1, 2, 3));
  const late = await assertRejects(() => right.recv(buffer, { flags, timeout: 10 })) as { bytesRead?: number };
  assertEquals([late.bytesRead, ...buffer.subarray(0, 3)], [3, 1, 2, 3]);
  left.close();
  right.close();
});

import { C } from "../../ffi/mod.ts";
import { encodeControlMessages, Socket } from "../../socket/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

test("a read() that ends at a descriptor does not hide the bytes after it", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffer = new Uint8Array(64);
  const waiting = left.read(buffer);
  await pause();
  await right.write(new Uint8Array(1));
  assertEquals(await waiting, 1);
  await pause(); // nobody waits now, so that both messages are one event
  const data = new Uint8Array(Int32Array.of(right.fd).buffer);
  const control = encodeControlMessages([{ level: C.SOL_SOCKET, type: C.SCM_RIGHTS, data }]);
  await right.sendmsg({ buffers: [new Uint8Array(3)], control });
  await right.write(new Uint8Array(5));
  assertEquals(await left.read(buffer, { timeout: 2000 }), 3);
  assertEquals(await left.read(buffer, { timeout: 2000 }), 5);
  left.close();
  right.close();
});

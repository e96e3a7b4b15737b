import { C } from "@berkeley/sockets/ffi";
import { decodeControlMessages, encodeControlMessages, Socket } from "@berkeley/sockets/socket";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

test("control messages are an array when they are encoded, and bytes when they are decoded", () => {
  for (const wrong of [undefined, null, 5, "text", {}] as never[]) {
    assertThrows(() => encodeControlMessages(wrong), TypeError, "messages must be an array: current value is ");
    assertThrows(() => decodeControlMessages(wrong), TypeError, "a buffer that is not a Uint8Array");
  }
  assertThrows(() => encodeControlMessages([null as never]), TypeError, "a buffer that is not a Uint8Array");
});

test("sendmsg() and recvmsg() refuse buffers that are not an array", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  for (const buffers of [5, "text", new Uint8Array(3)] as never[]) {
    await assertRejects(() => left.sendmsg({ buffers }), TypeError, "buffers must be an array: current value is ");
    await assertRejects(() => left.recvmsg({ buffers }), TypeError, "buffers must be an array: current value is ");
  }
  left.close();
  right.close();
});

test("sendmsg() and recvmsg() of a message refuse more buffers than the kernel takes", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_SEQPACKET);
  const many = Array.from({ length: 1025 }, () => new Uint8Array(1));
  const message = "Cannot use a message of more than 1024 buffers: current number is 1025";
  await assertRejects(() => left.sendmsg({ buffers: many }), RangeError, message);
  await assertRejects(() => right.recvmsg({ buffers: many }), RangeError, message);
  many.pop();
  assertEquals(await left.sendmsg({ buffers: many }), 1024);
  assertEquals((await right.recvmsg({ buffers: many })).length, 1024);
  left.close();
  right.close();
});

test("sendmsg() on a stream sends as many buffers as it gets", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffers = Array.from({ length: 3000 }, (_, i) => new Uint8Array([i & 255, i >> 8]));
  const sent = left.sendmsg({ buffers });
  const bytes = new Uint8Array(6000);
  assertEquals(await right.recv(bytes, { flags: C.MSG_WAITALL }), 6000);
  assertEquals(await sent, 6000);
  assertEquals(bytes.every((byte, i) => byte === buffers[i >> 1]?.[i & 1]), true);
  left.close();
  right.close();
});

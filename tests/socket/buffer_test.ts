import { C } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

const [STREAM, DATAGRAM] = [C.SOCK_STREAM, C.SOCK_DGRAM];

/** Moves the bytes to another array, as postMessage() does. */
function transfer(bytes: Uint8Array<ArrayBuffer>): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

const RECEIVING: [name: string, type: number, receive: (socket: Socket, buffer: Uint8Array) => Promise<unknown>][] = [
  ["read", STREAM, (socket, buffer) => socket.read(buffer)],
  ["recv", STREAM, (socket, buffer) => socket.recv(buffer)],
  ["recv, MSG_WAITALL", STREAM, (socket, buffer) => socket.recv(buffer, { flags: C.MSG_WAITALL })],
  ["recv", DATAGRAM, (socket, buffer) => socket.recv(buffer)],
  ["recvfrom", DATAGRAM, (socket, buffer) => socket.recvfrom(buffer)],
  ["recvmsg", DATAGRAM, (socket, buffer) => socket.recvmsg({ buffers: [buffer] })],
];

test("a buffer that is transferred or resized during the wait loses no data", async () => {
  for (const [name, type, receive] of RECEIVING) {
    const spoiled: [buffer: Uint8Array<ArrayBuffer>, spoil: (buffer: Uint8Array<ArrayBuffer>) => void][] = [
      [new Uint8Array(8), transfer],
      [new Uint8Array(new ArrayBuffer(8, { maxByteLength: 64 })), ({ buffer }) => buffer.resize(4)],
    ];
    for (const [buffer, spoil] of spoiled) {
      const [left, right] = Socket.pair(C.AF_UNIX, type);
      const waiting = assertRejects(() => receive(left, buffer), TypeError, "transferred away or resized");
      await pause();
      spoil(buffer);
      await right.send(new Uint8Array(5));
      await waiting;
      assertEquals(await left.recv(new Uint8Array(8), { timeout: 2000 }), 5, name);
      left.close();
      right.close();
    }
  }
});

test("a transferred buffer is refused", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, DATAGRAM);
  await right.send(new Uint8Array(5));
  const buffer = new Uint8Array(8);
  transfer(buffer);
  for (const [, , receive] of RECEIVING.filter(([name]) => name !== "receiveMessage")) {
    await assertRejects(() => receive(left, buffer), TypeError);
  }
  await assertRejects(() => left.write(buffer), TypeError);
  assertEquals(await left.recv(new Uint8Array(8)), 5);
  left.close();
  right.close();
});

test("write() of bytes that are transferred meanwhile reports how many were written", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, STREAM);
  const bytes = new Uint8Array(4 << 20);
  const writing = left.write(bytes);
  await pause();
  transfer(bytes);
  const buffer = new Uint8Array(4 << 20);
  let got = await right.read(buffer) ?? 0;
  const error = await assertRejects(() => writing) as Error & { bytesWritten: number };
  while (got < error.bytesWritten) got += await right.read(buffer, { timeout: 2000 }) ?? 0;
  assertEquals(got, error.bytesWritten);
  assertEquals(error instanceof TypeError, true);
  left.close();
  right.close();
});

test("values that are not a Uint8Array are refused before any wait", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, STREAM);
  const wrong = ["text", [1, 2], new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), new Float64Array(1 << 18)];
  for (const value of wrong as unknown as Uint8Array[]) {
    await assertRejects(() => left.write(value), TypeError, "not a Uint8Array");
    await assertRejects(() => left.read(value), TypeError, "not a Uint8Array");
    await assertRejects(() => left.recv(value), TypeError, "not a Uint8Array");
    await assertRejects(() => left.recv(value, { flags: C.MSG_WAITALL }), TypeError, "not a Uint8Array");
    await assertRejects(() => left.recvfrom(value), TypeError, "not a Uint8Array");
  }
  assertEquals(await left.write(new Uint8Array([1])), 1);
  assertEquals(await right.read(new Uint8Array(8)), 1); // nothing else arrived
  left.close();
  right.close();
});

test("datagrams and seqpackets whose bytes are transferred during the wait are not sent empty", async () => {
  for (const type of ["datagram", "seqpacket"] as const) {
    const [left, right] = socketPair(type);
    let queued = 0;
    for (;; queued++) {
      const bytes = new Uint8Array(8192);
      const sending = left.send(bytes);
      if (await Promise.race([sending, pause()]) !== undefined) continue;
      transfer(bytes);
      const refused = assertRejects(() => sending, TypeError, "transferred away or resized");
      for (let i = 0; i < queued; i++) assertEquals((await right.receive())?.data.length, 8192);
      await refused;
      break;
    }
    assertEquals(queued > 1, true);
    assertEquals(await right.receive({ timeout: 20 }).catch(({ name }) => name), "TimeoutError");
    left.close();
    right.close();
  }
});

test("datagrams and seqpackets are not lost if the buffer is transferred during the wait", async () => {
  for (const type of ["datagram", "seqpacket"] as const) {
    const [left, right] = socketPair(type);
    const buffer = new Uint8Array(8);
    const receiving = assertRejects(() => left.receive({ buffer }), TypeError, "transferred away or resized");
    await pause();
    transfer(buffer);
    await right.send(new Uint8Array(5));
    await receiving;
    for (const value of ["text", [1], buffer] as unknown as Uint8Array[]) {
      await assertRejects(() => left.receive({ buffer: value }), TypeError);
      await assertRejects(() => left.send(value), TypeError);
    }
    assertEquals((await left.receive({ timeout: 2000 }))?.data.length, 5);
    left.close();
    right.close();
  }
});

test("a buffer that says another length than it has is refused before any system call", async () => {
  class Longer extends Uint8Array {
    override get byteLength(): number {
      return 64;
    }
  }
  const replaced = Object.defineProperty(new Uint8Array(8), "byteLength", { value: 64 });
  for (const buffer of [replaced, new Longer(8)]) {
    for (const [name, type, receive] of RECEIVING) {
      const [left, right] = Socket.pair(C.AF_UNIX, type);
      await right.send(new Uint8Array(64));
      await assertRejects(() => receive(left, buffer), TypeError);
      const sendings = [() => left.send(buffer), () => left.sendmsg({ buffers: [buffer] })];
      for (const send of sendings) await assertRejects(send, TypeError);
      assertEquals(await left.recv(new Uint8Array(64), { timeout: 2000 }), 64, name);
      await assertRejects(() => right.recv(new Uint8Array(64), { timeout: 1 }), DOMException);
      left.close();
      right.close();
    }
  }
});

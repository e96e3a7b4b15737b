import { C } from "@berkeley/sockets/ffi";
import { TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import { Socket } from "@berkeley/sockets/socket";
import { socketPair } from "@berkeley/sockets/unix";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** What TypeScript would refuse: each rejects with a `TypeError` that shows the value, and sends nothing. */
async function refuses(wait: (wrong: never) => Promise<unknown>, wrongs: unknown[]): Promise<void> {
  for (const wrong of wrongs) {
    const error = await assertRejects(() => wait(wrong as never), TypeError);
    const kind = Object.prototype.toString.call(wrong);
    assert(error.message.endsWith(`current value is ${kind}`), error.message);
  }
}

const NO_BYTES = [undefined, "text", 5, [1, 2], new Uint16Array(2)];
const NO_MESSAGE = [undefined, null, "text", 5, new Uint8Array([1, 2])];
const NO_OPTIONS = [null, 1000, "1000", new AbortController().signal];
const NO_BATCH = [undefined, "text", 5, []];

test("Socket refuses invalid buffers, messages, batches and options", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const to = new Uint8Array([1, 0]);
  await refuses((wrong) => left.read(wrong), NO_BYTES);
  await refuses((wrong) => left.write(wrong), NO_BYTES);
  await refuses((wrong) => left.send(wrong), NO_BYTES);
  await refuses((wrong) => left.sendto(wrong, to), NO_BYTES);
  await refuses((wrong) => left.recv(wrong), NO_BYTES);
  await refuses((wrong) => left.recvfrom(wrong), NO_BYTES);
  await refuses((wrong) => left.sendmsg(wrong), NO_MESSAGE);
  await refuses((wrong) => left.sendmsg({ buffers: [wrong] }), NO_BYTES);
  await refuses((wrong) => left.recvmsg({ buffers: [wrong] }), NO_BYTES);
  await refuses((wrong) => left.sendmmsg(wrong), NO_BATCH);
  await refuses((wrong) => left.recvmmsg(wrong), NO_BATCH);
  for (const wrong of NO_OPTIONS as never[]) {
    await assertRejects(() => left.recv(to, wrong), TypeError, "options must be an object");
    await assertRejects(() => left.send(to, wrong), TypeError, "options must be an object");
    await assertRejects(() => left.accept(wrong), TypeError, "options must be an object");
  }
  await left.send(new Uint8Array([7]));
  assertEquals(await right.recv(new Uint8Array(8)), 1);
  left.close();
  right.close();
});

test("Socket refuses numbers that are not an int before any system call", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of [undefined, NaN, 1.5, -1, 2 ** 31, "1", 1n] as unknown as number[]) {
    const calls = [
      () => Socket.open(wrong, C.SOCK_STREAM),
      () => Socket.open(C.AF_INET, wrong),
      () => Socket.pair(C.AF_UNIX, wrong),
      () => socket.listen(wrong),
      () => socket.shutdown(wrong),
      () => socket.getOption(wrong, 1),
      () => socket.getOptionBytes(1, wrong, 4),
      () => socket.setOption(1, wrong, 1),
    ];
    for (const call of calls) assertThrows(call, RangeError, "current value is ");
  }
});

test("Socket refuses an address or an option that is not bytes", async () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of NO_BYTES as unknown as Uint8Array[]) {
    assertThrows(() => socket.bind(wrong), TypeError, "current value is ");
    if (typeof wrong !== "number") assertThrows(() => socket.setOption(1, 2, wrong), TypeError, "current value is ");
  }
  await refuses((wrong) => socket.connect(wrong), NO_BYTES);
});

test("a hostname that is not a string, and a number in place of options, are refused", async () => {
  for (const hostname of [5, null, {}] as unknown as string[]) {
    assertThrows(() => TcpListener.listen({ hostname, port: 0 }), TypeError, "hostname");
    await assertRejects(() => TcpConn.connect({ hostname, port: 80 }), TypeError, "hostname");
  }
  assertThrows(() => UdpSocket.bind(4711 as unknown as { port: number }), TypeError, "4711");
});

test("a seqpacket connection refuses bytes in place of a message, which would be sent empty", async () => {
  const [left, right] = socketPair("seqpacket");
  await refuses((wrong) => left.sendMessage(wrong), NO_MESSAGE);
  await refuses((data) => left.sendMessage({ data }), NO_BYTES.slice(1));
  await left.send(new Uint8Array([7]));
  assertEquals(await right.receive(), { data: new Uint8Array([7]), truncated: false });
  left.close();
  right.close();
});

test("UdpSocket refuses an invalid message, and a message without bytes", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1", port: 0 });
  await refuses((wrong) => socket.send(wrong, { addr: socket.localAddr }), NO_BYTES);
  await refuses((wrong) => socket.sendMessage(wrong), NO_MESSAGE);
  await refuses((data) => socket.sendMessage({ data, addr: socket.localAddr }), NO_BYTES);
  await socket.send(new Uint8Array([7]), { addr: socket.localAddr });
  assertEquals((await socket.receive()).data, new Uint8Array([7]));
});

import { C } from "@berkeley/sockets/ffi";
import { decodeInetSockaddr, encodeInetSockaddr } from "@berkeley/sockets/inet";
import { decodeControlMessages, encodeControlMessages, MessageBatch, Socket } from "@berkeley/sockets/socket";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

test("Socket.recvmmsg() takes what is there, in order, with flags and lengths", async () => {
  const [from, to] = pair();
  const batch = new MessageBatch({ capacity: 4, size: 3 });
  for (const length of [0, 1, 3, 5, 2]) await from.send(new Uint8Array(length).fill(length));
  assertEquals(await to.recvmmsg(batch, { flags: C.MSG_TRUNC }), 4);
  assertEquals(contents(batch), [[], [1], [3, 3, 3], [5, 5, 5]]);
  assertEquals([0, 1, 2, 3].map((i) => batch.messageLength(i)), [0, 1, 3, 5]);
  assertEquals([0, 1, 2, 3].map((i) => batch.flags(i) & C.MSG_TRUNC), [0, 0, 0, C.MSG_TRUNC]);
  assertEquals(await to.recvmmsg(batch), 1);
  assertEquals(contents(batch), [[2, 2]]);
  closeAll(from, to);
});

test("Socket.recvmmsg() waits for the first message", async () => {
  const [from, to] = pair();
  const batch = new MessageBatch({ capacity: 4, size: 8 });
  const waiting = to.recvmmsg(batch);
  await from.send(Uint8Array.of(7));
  assertEquals(await waiting, 1);
  assertEquals(contents(batch), [[7]]);
  await assertRejects(() => to.recvmmsg(batch, { timeout: 10 }), Error, "in time");
  closeAll(from, to);
});

test("Socket.recvmmsg() rejects with the error that the kernel keeps for the socket", async () => {
  const [receiver, gone] = [udp(), udp()];
  await receiver.connect(gone.localSockaddr());
  gone.close();
  const batch = new MessageBatch({ capacity: 4, size: 8 });
  const waiting = assertRejects(() => receiver.recvmmsg(batch, { timeout: 5000 }), Error, "ECONNREFUSED");
  await receiver.send(Uint8Array.of(1));
  await waiting;
  receiver.close();
});

test("Socket.sendmmsg() sends every message once, however small the queue is", async () => {
  const [from, to] = pair();
  from.setOption(C.SOL_SOCKET, C.SO_SNDBUF, 4608);
  const out = new MessageBatch({ capacity: 1024, size: 8 });
  const numbers = new Uint32Array(1);
  for (let i = 0; i < 1024; i++) {
    numbers[0] = i;
    out.push(new Uint8Array(numbers.buffer));
  }
  const sending = from.sendmmsg(out);
  const received: number[] = [];
  const into = new MessageBatch({ capacity: 16, size: 8 });
  while (received.length < 1024) {
    const count = await to.recvmmsg(into, { timeout: 5000 });
    for (let i = 0; i < count; i++) received.push(new Uint32Array(into.data(i).slice().buffer)[0] ?? -1);
  }
  assertEquals(await sending, 1024);
  assertEquals(received, Array.from({ length: 1024 }, (_, i) => i));
  closeAll(from, to);
});

test("Socket.sendmmsg() sends to addresses, and a received batch back to its senders", async () => {
  const server = udp();
  const clients = [udp(), udp(), udp()];
  const out = new MessageBatch({ capacity: 3, size: 8 });
  for (const [i, client] of clients.entries()) {
    out.clear();
    out.push(Uint8Array.of(i), server.localSockaddr());
    await client.sendmmsg(out);
  }
  const batch = new MessageBatch({ capacity: 8, size: 8 });
  for (let count = 0; count < 3;) {
    count += await server.recvmmsg(batch);
    for (let i = 0; i < batch.length; i++) {
      const client = clients[batch.data(i)[0] ?? -1];
      assertEquals(decodeInetSockaddr(batch.sockaddr(i)), decodeInetSockaddr(client?.localSockaddr() as Uint8Array));
    }
    await server.sendmmsg(batch);
  }
  for (const [i, client] of clients.entries()) {
    const buffer = new Uint8Array(8);
    assertEquals(await client.recv(buffer, { timeout: 1000 }), 1);
    assertEquals(buffer[0], i);
  }
  closeAll(server, ...clients);
});

test("Socket.recvmmsg() returns each message with its own ancillary data", async () => {
  const SO_TIMESTAMP = 29;
  const [from, to] = pair();
  to.setOption(C.SOL_SOCKET, SO_TIMESTAMP, 1);
  const out = new MessageBatch({ capacity: 2, size: 1, controlLength: 24 });
  const rights = encodeControlMessages([{ level: C.SOL_SOCKET, type: C.SCM_RIGHTS, data: descriptor(to.fd) }]);
  out.push(Uint8Array.of(1), undefined, rights);
  out.push(Uint8Array.of(2));
  await from.sendmmsg(out);
  const batch = new MessageBatch({ capacity: 2, size: 1, controlLength: 100 });
  assertEquals(await to.recvmmsg(batch), 2);
  const [first, second] = [0, 1].map((i) => decodeControlMessages(batch.control(i)));
  assertEquals(first?.map(({ type }) => type), [SO_TIMESTAMP, C.SCM_RIGHTS]);
  assertEquals(second?.map(({ type }) => type), [SO_TIMESTAMP]);
  const passed = new DataView(first?.[1]?.data.slice().buffer as ArrayBuffer).getInt32(0, true);
  Socket.fromFd(passed).close();
  closeAll(from, to);
});

test("Socket.sendmmsg() reports how many messages were sent before an error", async () => {
  const [from, to] = pair();
  from.setOption(C.SOL_SOCKET, C.SO_SNDBUF, 4608);
  const batch = new MessageBatch({ capacity: 3, size: 100_000 });
  batch.push(Uint8Array.of(1));
  batch.push(Uint8Array.of(2));
  batch.push(new Uint8Array(100_000));
  const error = await assertRejects(() => from.sendmmsg(batch), Error, "EMSGSIZE");
  assertEquals((error as { messagesSent?: number }).messagesSent, 2);
  const signal = AbortSignal.timeout(20);
  batch.clear();
  for (let i = 0; i < 3; i++) batch.push(new Uint8Array(4000));
  const progress = { done: 0 };
  const reason = await from.sendmmsg(batch, { signal, progress }).catch((reason) => reason);
  assertEquals([reason, reason.name], [signal.reason, "TimeoutError"]);
  assert(progress.done > 0 && progress.done < 3);
  closeAll(from, to);
});

test("Socket.sendto() to a full AF_UNIX queue continues when the receiver has made room", async () => {
  const receiver = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  const sender = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  receiver.bind(Uint8Array.of(1, 0)); // autobind
  const sockaddr = receiver.localSockaddr();
  const count = 2000;
  const sending = (async () => {
    for (let i = 0; i < count; i++) {
      if (i % 2 === 0) await sender.sendto(Uint8Array.of(i, i >> 8), sockaddr);
      else await sender.sendmsg({ buffers: [Uint8Array.of(i, i >> 8)], sockaddr });
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const buffer = new Uint8Array(8);
  for (let i = 0; i < count; i++) {
    assertEquals(await receiver.recv(buffer, { timeout: 5000 }), 2);
    assertEquals((buffer[0] ?? 0) | (buffer[1] ?? 0) << 8, i);
  }
  await sending;
  closeAll(receiver, sender);
});

test("MessageBatch rejects messages that do not fit", () => {
  for (const capacity of [0, 1025, 0.5, NaN]) {
    assertThrows(() => new MessageBatch({ capacity, size: 1 }), RangeError, "capacity");
  }
  assertThrows(() => new MessageBatch({ capacity: 1, size: -1 }), RangeError, "size");
  assertThrows(() => new MessageBatch({ capacity: 1, size: 1, controlLength: -1 }), RangeError, "controlLength");
  const batch = new MessageBatch({ capacity: 1, size: 2 });
  assertThrows(() => batch.push(new Uint8Array(3)), RangeError, "data");
  assertThrows(() => batch.push(new Uint8Array(1), new Uint8Array(129)), RangeError, "sockaddr");
  assertThrows(() => batch.push(new Uint8Array(1), undefined, new Uint8Array(16)), RangeError, "control");
  assertThrows(() => batch.data(0), RangeError, "has 0 of them");
  batch.push(new Uint8Array(2));
  assertThrows(() => batch.push(new Uint8Array(2)), RangeError, "full");
  for (const i of [-1, 1, 0.5, NaN]) assertThrows(() => batch.data(i), RangeError, "has 1 of them");
});

function pair(): [Socket, Socket] {
  return Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
}

function udp(): Socket {
  const socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  socket.bind(encodeInetSockaddr({ hostname: "127.0.0.1", port: 0 }));
  return socket;
}

function contents(batch: MessageBatch): number[][] {
  return Array.from({ length: batch.length }, (_, i) => [...batch.data(i)]);
}

function descriptor(fd: number): Uint8Array {
  return new Uint8Array(Int32Array.of(fd).buffer);
}

function closeAll(...sockets: Socket[]): void {
  for (const socket of sockets) socket.close();
}

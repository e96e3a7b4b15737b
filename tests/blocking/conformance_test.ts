import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { type MessageEnd, messageSuite } from "../conformance/message_suite.ts";
import { type Pair, type StreamCapabilities, streamSuite } from "../conformance/stream_suite.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { BlockingMessageEnd } from "./message_end.ts";
import { BlockingEnd, readerAndWriter, startThreads } from "./threads.ts";

// The data goes to and from the threads in messages.
const capabilities: StreamCapabilities = { needs: ["read", "env"], flood: 8 << 20, rounds: 100 };

test("the threads start", { needs: ["read", "env"], leaks: "the threads stay for the other tests" }, startThreads);

streamSuite("TCP, connected by an end that blocks", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const connecting = readerAndWriter()[0].tell({ do: "connect", port: listener.addr.port }) as Promise<number>;
  const ours = await listener.accept();
  return pairOf(ours, new BlockingEnd(await connecting));
}, capabilities);

streamSuite("TCP, accepted by an end that blocks", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const [reader] = readerAndWriter();
  const accepting = reader.tell({ do: "accept", fd: listener.socket.fd }) as Promise<number>;
  const ours = await TcpConn.connect(listener.addr);
  const theirs = new BlockingEnd(await accepting);
  await reader.tell({ do: "forget", fd: listener.socket.fd });
  return pairOf(ours, theirs);
}, capabilities);

streamSuite("unix stream, with an end that blocks", () => {
  const [ours, other] = socketPair("stream");
  const theirs = new BlockingEnd(other.detach());
  return Promise.resolve({
    ours,
    theirs,
    // A unix connection is reset by an end that is closed with bytes unread.
    reset: async () => {
      await ours.write(Uint8Array.of(0), { timeout: 20 }).catch(() => {}); // if it has to wait, there are some already
      await theirs.close();
    },
  });
}, { ...capabilities, flood: 2 << 20 });

for (const type of ["seqpacket", "datagram"] as const) {
  const hasEnd = type === "seqpacket";
  const both = (): [MessageEnd, MessageEnd] => {
    const [ours, other] = socketPair(type);
    return [ours, new BlockingMessageEnd(other.socket.blocking(), hasEnd)];
  };
  const lacks = {
    close: "close() of another thread does not end a call that blocks",
    transfer: "the thread has a buffer of its own",
    ...(hasEnd ? { emptyMessages: "recv(2) does not tell an empty message from the end" } : {}),
  };
  const messageCapabilities = { hasEnd, bulk: 20_000, lacks, needs: ["read", "env"] as const };
  messageSuite(`unix ${type}, to an end that blocks`, () => Promise.resolve(both()), messageCapabilities);
  messageSuite(
    `unix ${type}, from an end that blocks`,
    () => Promise.resolve(both().reverse() as [MessageEnd, MessageEnd]),
    messageCapabilities,
  );

  test(`unix ${type}s of many lengths come back from an end that blocks`, { needs: ["read", "env"] }, async () => {
    const [ours, other] = socketPair(type);
    const fd = other.detach();
    const [reader] = readerAndWriter();
    const echoed = reader.tell({ do: "echo", fd });
    const buffer = new Uint8Array(1 << 17);
    for (let i = 0; i < 5000; i++) {
      const length = i % 100 === 0 ? 1 + i * 13 : 1 + i % 500;
      await ours.send(new Uint8Array(length).fill(i));
      const message = await ours.receive({ buffer });
      assertEquals([message?.data.length, message?.truncated], [length, false]);
      assert(message?.data.every((byte) => byte === (i & 0xff)));
    }
    await ours.send(new Uint8Array(0));
    assertEquals(await echoed, 5000);
    ours.close();
    await reader.tell({ do: "close", fd });
  });
}

test("100,000 races of data against a timeout lose no byte", { needs: ["read", "env"], timeout: 120_000 }, async () => {
  const [left, right] = Socket.pair(1, 1);
  const [, writer] = readerAndWriter();
  const fd = left.detach();
  const sending = writer.tell({ do: "bytes", fd, count: 100_000 });
  const blocking = right.blocking();
  const byte = new Uint8Array(1);
  let timeouts = 0;
  for (let got = 0; got < 100_000; got++) {
    try {
      // Usually without a pause, so that both happen at once; sometimes after a sleep.
      assertEquals(blocking.recv(byte, { timeout: (got + timeouts) % 100 === 0 ? 1 : 0 }), 1);
      assertEquals(byte[0], got & 0xff);
    } catch (error) {
      if ((error as Error).name !== "TimeoutError") throw error;
      timeouts++;
      got--;
    }
  }
  await sending;
  assert(timeouts > 1000, `only ${timeouts} timeouts`);
  blocking.close();
  await writer.tell({ do: "close", fd });
});

function pairOf(ours: TcpConn, theirs: BlockingEnd): Pair {
  return { ours, theirs, reset: () => theirs.reset() };
}

import { MessageBatch, Socket } from "../../socket/mod.ts";
import { C } from "../../ffi/mod.ts";
import { UnixDatagramSocket } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

const data = new Uint8Array(8);
const wait = { timeout: 5000 };

/** Sends until the receiver's queue is full, and returns the waiting sends. */
function stuff(server: UnixDatagramSocket, stuck: UnixDatagramSocket, count: number): Promise<string | number>[] {
  return Array.from({ length: count }, (_, i) => {
    return server.send(new Uint8Array([i]), { addr: stuck.localAddr }).catch((error: Error & { code?: string }) =>
      error.code ?? ""
    );
  });
}

test("a full destination delays only what is sent to it, in order", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using stuck = UnixDatagramSocket.bind({ autobind: true });
  using healthy = UnixDatagramSocket.bind({ autobind: true });
  const waiting = stuff(server, stuck, 50);
  assertEquals(await server.send(data, { addr: healthy.localAddr, timeout: 0 }), 8);
  await server.sendMessage({ data, addr: healthy.localAddr }, wait);
  const batch = new MessageBatch({ capacity: 3, size: 8 });
  for (let i = 0; i < 3; i++) batch.push(data, healthy.socket.localSockaddr());
  assertEquals(await server.sendBatch(batch, wait), 3);
  for (let i = 0; i < 5; i++) assertEquals((await healthy.receive(wait)).data.length, 8);
  for (let i = 0; i < 50; i++) assertEquals((await stuck.receive(wait)).data, new Uint8Array([i]));
  assertEquals(await Promise.all(waiting), Array(50).fill(1));
  assertEquals(await server.send(data, { addr: stuck.localAddr, ...wait }), 8); // nothing of it remains
});

test("a send to a full destination obeys its signal and its timeout, and fails if the destination goes away", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using healthy = UnixDatagramSocket.bind({ autobind: true });
  const stuck = UnixDatagramSocket.bind({ autobind: true });
  const waiting = stuff(server, stuck, 20);
  const controller = new AbortController();
  const aborted = assertRejects(
    () => server.send(data, { addr: stuck.localAddr, signal: controller.signal }),
    Error,
    "enough",
  );
  const late = await assertRejects(() => server.send(data, { addr: stuck.localAddr, timeout: 30 }));
  assertEquals((late as Error).name, "TimeoutError");
  assert((late as Error).message.includes(`Cannot send to @`), String(late));
  controller.abort(new Error("enough"));
  await aborted;
  stuck.close();
  const ends = await Promise.all(waiting);
  assert(ends.includes("ECONNREFUSED"), ends.join());
  await server.send(data, { addr: healthy.localAddr, ...wait });
});

test("a batch is sent in order: messages after a full destination wait, and other sends do not", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using first = UnixDatagramSocket.bind({ autobind: true });
  using second = UnixDatagramSocket.bind({ autobind: true });
  const full = stuff(server, first, 11).concat(stuff(server, second, 11));
  const batch = new MessageBatch({ capacity: 3, size: 8 });
  for (const socket of [first, second, first]) batch.push(data, socket.socket.localSockaddr());
  const sent = server.sendBatch(batch);
  using healthy = UnixDatagramSocket.bind({ autobind: true });
  await server.send(data, { addr: healthy.localAddr, ...wait });
  for (let i = 0; i < 12; i++) await first.receive(wait);
  for (let i = 0; i < 12; i++) await second.receive(wait);
  assertEquals((await first.receive(wait)).data.length, 8);
  assertEquals(await sent, 3);
  await Promise.all(full);
});

test("a send continues by itself if the send buffer was full of messages that others have not read", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using stuck = UnixDatagramSocket.bind({ autobind: true });
  using healthy = UnixDatagramSocket.bind({ autobind: true });
  const large = new Uint8Array(40_000); // five fill the buffer, of which four in time is more than a quarter
  for (let i = 0; i < 4; i++) await server.send(large, { addr: stuck.localAddr, ...wait });
  const sends = Array.from({ length: 20 }, () => server.send(large, { addr: healthy.localAddr, ...wait }));
  for (let i = 0; i < 20; i++) await healthy.receive(wait);
  assertEquals(await Promise.all(sends), Array(20).fill(40_000));
});

test("closing rejects the sends that wait for full destinations", async () => {
  const server = UnixDatagramSocket.bind({ autobind: true });
  using stuck = UnixDatagramSocket.bind({ autobind: true });
  const waiting = stuff(server, stuck, 30);
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.close();
  const ends = await Promise.all(waiting);
  assert(ends.includes("EBADF"), ends.join());
});

test("30,000 waits end as quickly when they are aborted from last to first as from first to last", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const abortAll = async (order: (all: AbortController[]) => AbortController[]): Promise<number> => {
    const controllers = Array.from({ length: 30_000 }, () => new AbortController());
    const reads = controllers.map(({ signal }) => left.read(data, { signal }).catch(() => "aborted"));
    const began = performance.now();
    for (const controller of order(controllers)) controller.abort();
    assertEquals(new Set(await Promise.all(reads)), new Set(["aborted"]));
    return performance.now() - began;
  };
  const forward = await abortAll((all) => all);
  const backward = await abortAll((all) => all.reverse());
  assert(backward < 5 * forward + 500, `${backward} ms against ${forward} ms`); // it was 60 times as long
  left.close();
  right.close();
});

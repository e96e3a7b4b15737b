import { connectFirst, type Endpoint } from "../../inet/_connect_first.ts";
import type { Socket } from "../../socket/socket.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

const V4 = 2;
const V6 = 10;

/** A socket whose connect() the test settles, since no kernel connects two in one turn on demand. */
class FakeSocket {
  readonly endpoint: Endpoint;
  readonly started = performance.now();
  closed = 0;
  succeed: () => void = () => {};
  fail: (error: Error) => void = () => {};

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  connect(_: Uint8Array, { signal }: { signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  close(): void {
    this.closed++;
  }
}

function race(addresses: [name: string, family: number][], signal?: AbortSignal) {
  const sockets: FakeSocket[] = [];
  const endpoints = addresses.map(([address, family]) => ({ address, family, sockaddr: new Uint8Array() }));
  const open = (endpoint: Endpoint): Socket => {
    const socket = new FakeSocket(endpoint);
    sockets.push(socket);
    return socket as unknown as Socket;
  };
  const won = connectFirst(endpoints, open, signal) as Promise<unknown> as Promise<FakeSocket>;
  return { sockets, won };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert(condition());
}

test("connectFirst() closes the second of two that succeed in one turn", async () => {
  const { sockets, won } = race([["a", V6], ["b", V4]]);
  await until(() => sockets.length === 2);
  for (const socket of sockets) socket.succeed();
  assertEquals((await won).endpoint.address, "a");
  await until(() => sockets[1]?.closed === 1);
  assertEquals(sockets[0]?.closed, 0);
});

test("connectFirst() alternates the families, starts the next after 250 ms, and closes the losers", async () => {
  const { sockets, won } = race([["6a", V6], ["6b", V6], ["4a", V4], ["4b", V4]]);
  await until(() => sockets.length === 4);
  assertEquals(sockets.map(({ endpoint }) => endpoint.address), ["6a", "4a", "6b", "4b"]);
  const delays = sockets.slice(1).map(({ started }, i) => started - (sockets[i]?.started ?? 0));
  assert(delays.every((delay) => delay >= 245 && delay < 2000), `${delays}`);
  sockets[2]?.succeed();
  assertEquals((await won).endpoint.address, "6b");
  await until(() => sockets.filter(({ closed }) => closed === 1).length === 3);
  assertEquals(sockets[2]?.closed, 0);
});

test("connectFirst() tries the next address at once after a failure, and rejects with the first error if all fail", async () => {
  const { sockets, won } = race([["a", V6], ["b", V4]]);
  const begin = performance.now();
  const error = assertRejects(() => won, Error, "no route to a");
  await until(() => sockets.length === 1);
  sockets[0]?.fail(new Error("no route to a"));
  await until(() => sockets.length === 2);
  assert(performance.now() - begin < 200);
  sockets[1]?.fail(new Error("no route to b"));
  const { cause } = await error;
  assert(cause instanceof AggregateError);
  assertEquals(cause.errors.map(({ message }) => message), ["no route to a", "no route to b"]);
  assertEquals(sockets.map(({ closed }) => closed), [1, 1]);
});

test("connectFirst() rejects with the error of the preferred address, even if it came last", async () => {
  const { sockets, won } = race([["a", V6], ["b", V4]]);
  const error = assertRejects(() => won, Error, "no route to a");
  await until(() => sockets.length === 2);
  sockets[1]?.fail(new Error("no route to b"));
  await Promise.resolve();
  sockets[0]?.fail(new Error("no route to a"));
  const { cause } = await error;
  assertEquals((cause as AggregateError).errors.map(({ message }) => message), ["no route to a", "no route to b"]);
});

test("connectFirst() ends with the signal's reason, and closes all", async () => {
  const controller = new AbortController();
  const { sockets, won } = race([["a", V6], ["b", V4], ["c", V4]], controller.signal);
  const rejected = assertRejects(() => won, Error, "given up");
  await until(() => sockets.length === 2);
  controller.abort(new Error("given up"));
  await rejected;
  await until(() => sockets.every(({ closed }) => closed === 1));
  assertEquals(sockets.length, 2);
});

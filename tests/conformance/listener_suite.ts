import { assert, assertEquals, ignore, test } from "../runner/mod.ts";
import { assertReads, bytesOf, errorOf, pause, readExactly, stillPending } from "./stream/bytes.ts";
import {
  fullCapabilities,
  type OurEnd,
  type OurListener,
  type StreamCapabilities,
  type StreamNet,
} from "./stream/ends.ts";

/**
 * Registers the tests for every stream listener, and for connecting to it.
 *
 * @param name The prefix of each test's name: the family.
 * @param net How to listen and to connect.
 * @param capabilities What the family and the machine can do.
 */
export function listenerSuite<E extends OurEnd, L extends OurListener<E>>(
  name: string,
  net: StreamNet<E, L>,
  capabilities: StreamCapabilities = {},
): void {
  const { connections, lacks, needs, slowness } = fullCapabilities(capabilities);

  function listenerTest(title: string, fn: () => Promise<void>, lacking?: string): void {
    if (lacking !== undefined) return ignore(`${name}: ${title}`, lacking);
    test(`${name}: ${title}`, { needs, timeout: 60_000 * slowness }, fn);
  }

  async function connected(listener: L): Promise<{ client: E; server: E }> {
    const [client, server] = await Promise.all([net.connect(listener), listener.accept()]);
    return { client, server };
  }

  listenerTest(`${connections} connections at once each get their own answer`, async () => {
    using listener = await net.listen({ backlog: 4096 });
    const servers: E[] = [];
    const serving = (async () => {
      for await (const conn of listener) {
        servers.push(conn);
        void conn.readable.pipeTo(conn.writable).catch(() => {});
        if (servers.length === connections) return;
      }
    })();
    const clients = await Promise.all(Array.from({ length: connections }, () => net.connect(listener)));
    await serving;
    const texts = clients.map((_, i) => bytesOf(`${i}`.padStart(8)));
    await Promise.all(clients.map((client, i) => client.write(texts[i] as Uint8Array)));
    const answers = await Promise.all(clients.map((client) => readExactly(client, 8)));
    assertEquals(answers, texts);
    for (const end of [...clients, ...servers]) end.close();
  });

  listenerTest("accept() takes connections that were there before it, in their order", async () => {
    using listener = await net.listen();
    const clients = [await net.connect(listener), await net.connect(listener), await net.connect(listener)];
    for (const [i, client] of clients.entries()) {
      await client.write(Uint8Array.of(i));
      const server = await listener.accept();
      await assertReads(server, Uint8Array.of(i));
      server.close();
      client.close();
    }
  });

  listenerTest("concurrent accept() calls are answered in their order", async () => {
    using listener = await net.listen();
    const order: number[] = [];
    const accepts = [0, 1, 2].map(async (i) => {
      const server = await listener.accept();
      order.push(i);
      return server;
    });
    const ends: E[] = [];
    for (let i = 0; i < 3; i++) ends.push(await net.connect(listener));
    ends.push(...await Promise.all(accepts));
    assertEquals(order, [0, 1, 2]);
    for (const end of ends) end.close();
  });

  listenerTest("accept() keeps to its timeout, and the next one gets the connection", async () => {
    using listener = await net.listen();
    const begin = performance.now();
    assertEquals((await errorOf(listener.accept({ timeout: 60 }))).name, "TimeoutError");
    assert(performance.now() - begin >= 59);
    const { client, server } = await connected(listener);
    client.close();
    server.close();
  });

  listenerTest("a signal ends accept() with its reason, before and during the wait", async () => {
    using listener = await net.listen();
    const reason = new Error("closing time");
    assertEquals(await errorOf(listener.accept({ signal: AbortSignal.abort(reason) })), reason);
    const controller = new AbortController();
    const accept = errorOf(listener.accept({ signal: controller.signal }));
    await pause(10);
    controller.abort(reason);
    assertEquals(await accept, reason);
    const { client, server } = await connected(listener);
    client.close();
    server.close();
  });

  listenerTest("close() wakes every waiting accept(), and ends the iteration", async () => {
    const listener = await net.listen();
    const accepts = [errorOf(listener.accept()), errorOf(listener.accept())];
    const iteration = (async () => {
      for await (const conn of listener) conn.close();
    })();
    await pause(10);
    listener.close();
    assertEquals((await Promise.all(accepts)).map((error) => error.code), ["EBADF", "EBADF"]);
    await iteration;
    listener.close();
    listener[Symbol.dispose]();
    assertEquals((await errorOf(listener.accept())).code, "EBADF");
    for await (const _ of listener) throw new Error("a closed listener gives no connection");
  });

  listenerTest("leaving the iteration closes the listener", async () => {
    const listener = await net.listen();
    const client = net.connect(listener);
    for await (const server of listener) {
      server.close();
      break;
    }
    (await client).close();
    assertEquals((await errorOf(listener.accept())).code, "EBADF");
  });

  listenerTest("a connection outlives its listener", async () => {
    const listener = await net.listen();
    const { client, server } = await connected(listener);
    listener.close();
    await client.write(bytesOf("on"));
    await assertReads(server, "on");
    client.close();
    server.close();
  });

  listenerTest("connect() tells that nobody listens", async () => {
    const listener = await net.listen();
    using gone = { listener, [Symbol.dispose]: () => listener.close() };
    const address = copyOfAddress(gone.listener);
    listener.close();
    const error = await errorOf(net.connect(address as L));
    assertEquals(error.code, "ECONNREFUSED");
    assertEquals(error.syscall, "connect");
  }, lacks.refusal);

  listenerTest("connect() keeps to its timeout and its signal where the backlog is full", async () => {
    using listener = await net.listen({ backlog: 1 });
    const waiting: E[] = [];
    let late: (Error & { code?: string; syscall?: string }) | undefined;
    for (let i = 0; i < 8 && late === undefined; i++) {
      late = await net.connect(listener, { timeout: 200 * slowness }).then(
        (conn) => void waiting.push(conn),
        (error) => error,
      );
    }
    assertEquals(late?.name, "TimeoutError");
    assert(late?.message.startsWith("Cannot connect to "), late?.message);
    assert(waiting.length > 0);
    const controller = new AbortController();
    const reason = new Error("given up");
    const connect = errorOf(net.connect(listener, { signal: controller.signal }));
    assert(await stillPending(connect, 50));
    controller.abort(reason);
    assertEquals(await connect, reason);
    for (const conn of waiting) conn.close();
  }, lacks.fullBacklog);

  listenerTest("connect() goes on when a full backlog has room again", async () => {
    using listener = await net.listen({ backlog: 1 });
    const ends: E[] = [];
    let late: Promise<E> | undefined;
    while (late === undefined) {
      const connect = net.connect(listener, { timeout: 20_000 * slowness });
      if (await stillPending(connect, 100 * slowness)) late = connect;
      else ends.push(await connect);
      assert(ends.length < 8, "the backlog never was full");
    }
    for (let i = ends.length; i > 0; i--) ends.push(await listener.accept({ timeout: 20_000 * slowness }));
    const [client, server] = await Promise.all([late, listener.accept({ timeout: 20_000 * slowness })]);
    ends.push(client, server);
    await client.write(bytesOf("at last"));
    await assertReads(server, "at last");
    for (const end of ends) end.close();
  }, lacks.fullBacklog);

  listenerTest("a signal that is aborted already refuses connect()", async () => {
    using listener = await net.listen();
    const reason = new Error("not today");
    assertEquals(await errorOf(net.connect(listener, { signal: AbortSignal.abort(reason) })), reason);
    assertEquals((await errorOf(listener.accept({ timeout: 20 }))).name, "TimeoutError");
  });
}

/** A stand-in that still knows the address when the listener is closed. */
function copyOfAddress(listener: object): unknown {
  return { addr: (listener as { addr?: unknown }).addr };
}

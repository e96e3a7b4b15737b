import { createHash } from "node:crypto";
import { readerAndWriter, startThreads } from "../blocking/threads.ts";
import { noise } from "../conformance/stream/bytes.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "../runner/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { smcTest } from "./kernel.ts";
import { smcPair } from "./pair.ts";

const BYTES = noise(1 << 20);

smcTest("the threads start", { leaks: "the threads stay for the other tests" }, startThreads);

for (const mode of ["smc-r", "tcp"] as const) {
  smcTest(`close() of an end that blocks, ${mode}: the peer that reads a second later gets all`, async () => {
    const pair = await smcPair(mode);
    const fd = pair.server.socket.detach();
    const received = readLater(fd);
    const client = pair.client.socket.blocking();
    client.sendall(BYTES, { timeout: 20_000 });
    client.close();
    assertEquals(await received, createHash("sha256").update(BYTES).digest("hex"));
    await readerAndWriter()[0].tell({ do: "close", fd });
  });
}

smcTest("shutdown() of an end that blocks lets the other direction go on", async () => {
  const pair = await smcPair("smc-r");
  const fd = pair.server.socket.detach();
  const received = readLater(fd);
  using client = pair.client.socket.blocking();
  client.sendall(BYTES, { timeout: 20_000 });
  client.shutdown(1);
  assertEquals(await received, createHash("sha256").update(BYTES).digest("hex"));
  const [reader] = readerAndWriter();
  await reader.tell({ do: "sendall", fd, data: Uint8Array.of(1, 2, 3) });
  const buffer = new Uint8Array(8);
  assertEquals([client.recv(buffer, { timeout: 5000 }), buffer[2]], [3, 3]);
  await reader.tell({ do: "close", fd });
  assertEquals(client.recv(buffer, { timeout: 5000 }), 0);
});

smcTest(
  "close() of an end that blocks, to a peer that never reads, ends in a clear error after its timeout",
  async () => {
    using pair = await smcPair("smc-r");
    const client = pair.client.socket.blocking();
    const error = assertThrows(() => client.sendall(new Uint8Array(16 << 20), { timeout: 200 }));
    assertEquals((error as Error).name, "TimeoutError");
    const begin = performance.now();
    const late = assertThrows(() => client.close({ timeout: 500 })) as Error;
    const took = performance.now() - begin;
    assertMatch(late.message, /did not take \d+ bytes within 500 ms/);
    assert(took >= 500 && took < 1500, `it took ${took} ms`);
  },
);

/** After a second, a thread reads as many bytes as are sent, and returns their SHA-256. */
async function readLater(fd: number): Promise<string> {
  const [reader] = readerAndWriter();
  const [idle, other] = Socket.pair(1, 1);
  const waits = reader.tell({ do: "recvmsg", fd: idle.fd, length: 1, flags: 0, timeout: 1000 }).catch(() => {});
  const read = reader.tell({ do: "receiveBulk", fd, length: BYTES.length }) as Promise<string>;
  await waits;
  await reader.tell({ do: "forget", fd: idle.fd });
  idle.close();
  other.close();
  return await read;
}

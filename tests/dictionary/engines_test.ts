import { dictionary, etcdStore, redisStore, type Store } from "../../dictionary/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { mkdirSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertThrows, tempDir, test, type TestOptions } from "../runner/mod.ts";
import { pause } from "../rpc/raw_conn.ts";
import { type Engine, etcdCluster, redis, redisCluster } from "./engines.ts";

const NEEDS = ["env", "net", "read", "run", "sys", "write"] as const;
const REDIS: TestOptions = { needs: [...NEEDS, "redis-server", "redis-cli"], timeout: 120_000 };
const ETCD: TestOptions = { needs: [...NEEDS, "etcd"], timeout: 120_000 };
const KEYS = 20;
const HOST = "127.0.0.1";

/** A client, and how to end it. */
interface Client {
  store: Store;
  end(): unknown;
}

const REDIS_CLIENTS: Record<string, (engines: Engine[]) => Promise<Client>> = {
  "ioredis": async ([engine]) => {
    const { Redis } = await import("ioredis"); // it needs permissions, so not before the test runs
    const client = new Redis({ host: HOST, port: engine!.port, retryStrategy: () => 50 });
    client.on("error", () => {}); // it connects again
    return { store: redisStore(client, { prefix: "words:" }), end: () => client.disconnect() };
  },
  "redis": async ([engine]) => {
    const { createClient } = await import("redis");
    const client = createClient({ socket: { host: HOST, port: engine!.port, reconnectStrategy: () => 50 } });
    client.on("error", () => {});
    await client.connect();
    return { store: redisStore(client, { prefix: "words:" }), end: () => client.destroy() };
  },
};

const CLUSTER_CLIENTS: Record<string, (engines: Engine[]) => Promise<Client>> = {
  "ioredis": async (engines) => {
    const { Cluster } = await import("ioredis");
    const client = new Cluster(engines.map(({ port }) => ({ host: HOST, port })), {
      clusterRetryStrategy: () => 50,
      retryDelayOnFailover: 50,
      redisOptions: { connectTimeout: 2000 },
    });
    client.on("error", () => {});
    return { store: redisStore(client), end: () => client.disconnect() };
  },
  "redis": async (engines) => {
    const { createCluster } = await import("redis");
    const client = createCluster({
      rootNodes: engines.map(({ port }) => ({ url: `redis://${HOST}:${port}` })),
      defaults: { socket: { reconnectStrategy: () => 50 } },
    });
    client.on("error", () => {});
    await client.connect();
    return { store: redisStore(client), end: () => client.destroy() };
  },
};

for (const [name, connect] of Object.entries(REDIS_CLIENTS)) {
  test(
    `redisStore() of ${name} loses nothing acknowledged while redis-server is killed and restarted`,
    REDIS,
    async () => {
      using folder = tempDir();
      const server = redis(folder.path);
      await server.start();
      await putWhileKilled([server], connect);
      await server.kill();
    },
  );

  test(`redisStore() of ${name} gives a clear error where Redis refuses`, REDIS, async () => {
    using folder = tempDir();
    const server = redis(folder.path, "--maxmemory", "3mb", "--maxmemory-policy", "noeviction");
    await server.start();
    const { store, end } = await connect([server]);
    const words = dictionary(store);
    const val = "x".repeat(100_000);
    await assertRejects(
      async () => {
        for (let i = 0; i < 60; i++) await words.PUT({ obj: `${i}`, val });
      },
      Error,
      "OOM command not allowed",
    );
    assertEquals((await words.GET({ obj: "0" })).val, val);
    end();
    await server.kill();
  });
}

for (const [name, connect] of Object.entries(CLUSTER_CLIENTS)) {
  test(
    `redisStore() of ${name} loses nothing acknowledged while nodes of a cluster are killed and restarted`,
    REDIS,
    async () => {
      using folders = tempDir();
      const nodes = await redisCluster([0, 1, 2].map((i) => makeFolder(folders.path, i)));
      await putWhileKilled(nodes, connect);
      await Promise.all(nodes.map((node) => node.kill()));
    },
  );
}

test(
  "etcdStore() keeps working, and loses nothing acknowledged, while members of etcd are killed and restarted",
  ETCD,
  async () => {
    using folders = tempDir();
    const members = await etcdCluster([0, 1, 2].map((i) => makeFolder(folders.path, i)));
    await putWhileKilled(members, async (engines) => {
      const { Etcd3 } = await import("etcd3");
      const client = new Etcd3({ hosts: engines.map(({ port }) => `http://${HOST}:${port}`) });
      return { store: etcdStore(client, { prefix: "words/" }), end: () => client.close() };
    });
    await Promise.all(members.map((member) => member.kill()));
  },
);

test("etcdStore() refuses a value over etcd's limit, and serves the next one", ETCD, async () => {
  using folder = tempDir();
  const [etcd] = await etcdCluster([makeFolder(folder.path, 0)]);
  const { Etcd3 } = await import("etcd3");
  const client = new Etcd3({ hosts: `http://${HOST}:${etcd!.port}` });
  const words = dictionary(etcdStore(client));
  const val = "x".repeat(5_000_000);
  for (let i = 0; i < 3; i++) {
    const error = await assertRejects(async () => await words.PUT({ obj: "large", val }), RpcError);
    assertEquals(error.message, "Cannot PUT as the request would be 5000007 bytes long: etcd's limit is 1572864");
  }
  assertEquals(await words.PUT({ obj: "small", val: 1 }), { obj: "small", response: "ok" });
  const most = dictionary(etcdStore(client, { maxRequestBytes: 9, prefix: "p:" }));
  assertEquals(await most.PUT({ obj: "ü", val: 12345 }), { obj: "ü", response: "ok" });
  await assertRejects(async () => await most.PUT({ obj: "ü", val: 123456 }), RpcError, "10 bytes long");
  for (const maxRequestBytes of [0, -1, NaN, 1.5, "9" as unknown as number]) {
    assertThrows(() => etcdStore(client, { maxRequestBytes }), RangeError, "maxRequestBytes must be");
  }
  client.close();
  await etcd!.kill();
});

function makeFolder(parent: string, i: number): string {
  mkdirSync(`${parent}/${i}`);
  return `${parent}/${i}`;
}

/** Puts while the engines are killed and restarted, one after the other; then each acknowledged value must be there. */
async function putWhileKilled(engines: Engine[], connect: (engines: Engine[]) => Promise<Client>): Promise<void> {
  const { store, end } = await connect(engines);
  const words = dictionary(store);
  const sent = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  let next = 1;
  let puts = 0;
  const reasons = new Set<string>();
  let isOver = false;
  const writers = Array.from({ length: KEYS }, async (_, key) => {
    const obj = `key ü\0${key}`;
    while (!isOver) {
      const n = next++;
      sent.set(obj, n);
      try {
        await words.PUT({ obj, val: { n, padding: "x".repeat(n % 3000) } });
        acknowledged.set(obj, n);
        puts++;
      } catch (error) {
        assert(error instanceof Error && error.message !== "", String(error));
        reasons.add(error.message.slice(0, 60));
        await pause(20);
      }
    }
  });
  for (let round = 0; round < 3; round++) {
    const engine = engines[round % engines.length]!;
    await pause(300 + Math.random() * 100);
    await engine.kill();
    await pause(200);
    await engine.start();
  }
  await pause(1500);
  await patiently(() => {
    assertEquals(acknowledged.size, KEYS);
    assert(puts > 3 * KEYS, "too few PUTs to prove anything");
  });
  isOver = true;
  await Promise.all(writers);
  end();

  const again = await connect(engines); // not from a client's cache
  const read = dictionary(again.store);
  const get = async (obj: string) => await read.GET({ obj });
  await patiently(() => Promise.all([...acknowledged.keys()].map(get))); // a cluster takes seconds to agree that it is whole
  for (const [obj, value] of acknowledged) {
    const { n } = (await get(obj)).val as { n: number };
    assert(n >= value && n <= (sent.get(obj) ?? 0), `${obj} is ${n}, acknowledged was ${value}`);
  }
  assertEquals(await get("nothing"), { obj: "nothing", val: null });
  again.end();
  console.log(`      ${puts} PUTs were acknowledged; errors: ${[...reasons].join("; ") || "none"}`);
}

/** Retries for at most 20 seconds. */
async function patiently(action: () => unknown): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      return void await action();
    } catch (error) {
      if (tries > 100) throw error;
      await pause(200);
    }
  }
}

import { type Dictionary, dictionary, etcdStore, memoryStore, redisStore, type Store } from "../../dictionary/mod.ts";
import { RpcClient, RpcError, RpcServer } from "../../rpc/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** A store that acknowledges puts when the test tells it to. */
class SlowStore implements Store {
  readonly acknowledge: (() => void)[] = [];
  readonly values = new Map<string, string>();
  closed = 0;
  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.values.get(name));
  }
  put(name: string, json: string): Promise<void> {
    return new Promise((resolve) =>
      this.acknowledge.push(() => {
        this.values.set(name, json);
        resolve();
      })
    );
  }
  close(): void {
    this.closed++;
  }
}

test("dictionary() stores any name and any value", async () => {
  await using store = dictionary();
  const names = ["", "__proto__", "constructor", "toString", "\ud800", "\\ud800", "ü", "\0", '"'];
  for (const [i, obj] of names.entries()) assertEquals(await store.PUT({ obj, val: i }), { obj, response: "ok" });
  for (const [i, obj] of names.entries()) assertEquals(await store.GET({ obj }), { obj, val: i });
  assertEquals(await store.GET({ obj: "valueOf" }), { obj: "valueOf", val: null });
  assertEquals(({} as Record<string, unknown>).x, undefined);
});

test("dictionary() refuses invalid parameters", async () => {
  await using store = dictionary();
  for (const params of [null, 1, "x", [], {}, { obj: 1, val: 1 }, { obj: null, val: 1 }]) {
    assertThrows(() => store.GET(params as never), RpcError, "Cannot GET as obj must be a string");
    assertThrows(() => store.PUT(params as never), RpcError, "Cannot PUT as obj must be a string");
  }
  assertThrows(() => store.PUT({ obj: "x" } as never), RpcError, "val is missing");
});

test("dictionary() refuses numbers that would come back as null", async () => {
  await using words = dictionary();
  for (const text of ["1e999", '[null,{"a":-1e400}]']) {
    const val = JSON.parse(text);
    await assertRejects(async () => await words.PUT({ obj: "a", val }), RpcError, "larger than a double");
  }
  for (const val of [null, [null, 1e308], "null"]) {
    await words.PUT({ obj: "a", val });
    assertEquals((await words.GET({ obj: "a" })).val, val);
  }
});

test("dictionary() checks its arguments", () => {
  for (const store of [null, {}, 5, "words.db", new Map()]) {
    assertThrows(() => dictionary(store as never), TypeError, "the store must have");
  }
  for (const maxLength of [-1, 1.5, NaN, "5", null]) {
    assertThrows(() => dictionary(memoryStore(), { maxLength: maxLength as number }), RangeError, "maxLength");
  }
  assertThrows(() => dictionary(memoryStore(), { maxKeys: 1 } as never), TypeError, "no option maxKeys");
  assertThrows(() => memoryStore({ maxkeys: 1 } as never), TypeError, "did you mean maxKeys?");
  for (const max of [-1, NaN, null, "5", 5n]) {
    assertThrows(() => memoryStore({ maxKeys: max as number }), RangeError, "maxKeys");
    assertThrows(() => memoryStore({ maxBytes: max as number }), RangeError, "maxBytes");
  }
  for (const make of [redisStore, etcdStore]) {
    assertThrows(() => make({} as never), TypeError, "the client must have");
    assertThrows(() => make({ get() {}, set() {}, put() {} } as never, { prefix: 5 as never }), TypeError, "prefix");
  }
});

test("dictionary() holds at most maxKeys names", async () => {
  await using store = dictionary(memoryStore({ maxKeys: 2 }));
  await store.PUT({ obj: "a", val: 1 });
  await store.PUT({ obj: "b", val: 1 });
  assertThrows(() => store.PUT({ obj: "c", val: 1 }), RpcError, "full");
  await store.PUT({ obj: "a", val: 2 });
  assertEquals([await store.GET({ obj: "a" }), await store.GET({ obj: "c" })], [
    { obj: "a", val: 2 },
    { obj: "c", val: null },
  ]);
});

test("dictionary() holds at most maxBytes bytes, and gets them back when a value shrinks", async () => {
  await using store = dictionary(memoryStore({ maxBytes: 35 }));
  await store.PUT({ obj: "a", val: "x".repeat(32) }); // a and "xxx" are 35 bytes
  assertThrows(() => store.PUT({ obj: "a", val: "x".repeat(33) }), RpcError, "full");
  assertThrows(() => store.PUT({ obj: "b", val: 1 }), RpcError, "full");
  await store.PUT({ obj: "a", val: "ü".repeat(16) });
  assertThrows(() => store.PUT({ obj: "a", val: "ü".repeat(17) }), RpcError, "full");
  await store.PUT({ obj: "a", val: 1 });
  await store.PUT({ obj: "b", val: 1 });
});

test("dictionary() refuses a PUT whose GET could not be answered, however compactly it was sent", async () => {
  const [left, right] = socketPair("stream");
  let accept = () => Promise.resolve(left);
  const closed = Promise.withResolvers<never>();
  await using words = dictionary(memoryStore(), { maxLength: 10_000 });
  await using _server = RpcServer.serve<Pick<Dictionary, "GET" | "PUT">>(
    {
      accept() {
        const accepted = accept();
        accept = () => closed.promise;
        return accepted;
      },
      close: () => closed.reject(new Error("closed")),
    },
    words,
    { maxLength: 10_000 },
  );
  using client = new RpcClient<Dictionary>(right);
  const grows = (count: number) => client.call("PUT", { obj: "a", val: Array(count).fill(1e20) }); // 5 bytes, then 22
  const most = Math.floor((10_000 - 72 - 2) / 22);
  await grows(most);
  assertEquals(((await client.call("GET", { obj: "a" })).val as number[]).length, most);
  await assertRejects(() => grows(most + 1), RpcError, "the reply to GET would be 100");
  // Exactly: the reply with the longest value that PUT accepts is as long as the limit.
  const exact = 10_000 - '{"status":"OK","response":{"func":"GET","response":{"obj":"a","val":""}}}'.length;
  await client.call("PUT", { obj: "a", val: "x".repeat(exact) });
  assertEquals(((await client.call("GET", { obj: "a" })).val as string).length, exact);
  await assertRejects(() => client.call("PUT", { obj: "a", val: "x".repeat(exact + 1) }), RpcError, "would be 10001");
});

test("dictionary() acknowledges only when its store does, and closes the store once", async () => {
  const slow = new SlowStore();
  {
    await using words = dictionary(slow);
    let acknowledged = false;
    const put = Promise.resolve(words.PUT({ obj: "a", val: [1] })).then(() => acknowledged = true);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals([acknowledged, (await words.GET({ obj: "a" })).val], [false, null]);
    slow.acknowledge[0]?.();
    await put;
    assertEquals((await words.GET({ obj: "a" })).val, [1]);
    slow.values.set("b", '{"torn":');
    const error = await assertRejects(async () => await words.GET({ obj: "b" }), SyntaxError, '"b"');
    assert(error.message.includes("damaged"));
  }
  assertEquals(slow.closed, 1);
});

test("dictionary() waits for whatever can be awaited", async () => {
  const json = "[1]";
  /** As the promises of some clients: of a class of their own. */
  const later = <T>(settle: () => T): PromiseLike<T> => ({
    then: (resolve, reject) => new Promise((done) => setTimeout(done, 10)).then(settle).then(resolve, reject),
  });
  let stored = 0;
  const store = {
    get: () => later(() => json),
    put: (name: string) =>
      later(() => {
        if (name === "lost") throw new Error("the disk is full");
        stored++;
      }),
    close: () => {},
  };
  const words = dictionary(store as unknown as Store);
  assertEquals(await words.PUT({ obj: "a", val: [1] }), { obj: "a", response: "ok" });
  assertEquals([stored, (await words.GET({ obj: "a" })).val], [1, [1]]);
  await assertRejects(async () => await words.PUT({ obj: "lost", val: 1 }), Error, "the disk is full");
});

test("redisStore() and etcdStore() report invalid answers and the errors of the client", async () => {
  const odd = redisStore({ get: () => Promise.resolve(5), set: () => Promise.resolve("QUEUED") });
  await assertRejects(async () => await odd.put("a", "1"), TypeError, "Redis answered");
  await assertRejects(async () => await odd.get("a"), TypeError, "did not answer with a string");
  const failing = etcdStore({
    get: () => ({ string: () => Promise.reject(new Error("no leader")) }),
    put: () => ({ value: () => ({ exec: () => Promise.reject(new Error("no leader")) }) }),
  });
  await assertRejects(async () => await failing.put("a", "1"), Error, "no leader");
  await assertRejects(async () => await failing.get("a"), Error, "no leader");
});

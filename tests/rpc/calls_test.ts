import { type Dictionary, dictionary } from "../../dictionary/mod.ts";
import { RpcClient, RpcClosedError, RpcError, type RpcHandlers, RpcServer } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";
import { FAMILIES, type Family } from "./families.ts";
import { until } from "./raw_conn.ts";

interface Tasks {
  /** Returns `value` after `delay` milliseconds, or at once without a delay. */
  LATER(params: { value: number; delay?: number }): number;
  ECHO(params: unknown): unknown;
  THROW(params: "error" | "later" | "rpc" | "circle" | "bigint" | "null" | "toJSON" | "then"): unknown;
  THENABLE(params: number): number;
  NOTHING(params: null): void;
}

const circle: Record<string, unknown> = {};
circle.self = circle;

/** How many calls of LATER have arrived. */
let arrived = 0;

const TASKS: RpcHandlers<Tasks> = {
  LATER({ value, delay }) {
    arrived++;
    return delay === undefined ? value : new Promise((resolve) => setTimeout(resolve, delay, value));
  },
  ECHO(params) {
    return params;
  },
  THROW(kind) {
    if (kind === "rpc") throw new RpcError("no, thank you");
    if (kind === "later") return Promise.reject(new Error("secret"));
    if (kind === "circle") return circle;
    if (kind === "bigint") return Promise.resolve(1n);
    if (kind === "toJSON") return { toJSON: fail };
    if (kind === "then") return { then: fail };
    throw kind === "null" ? null : new Error("secret");
  },
  THENABLE(value) {
    return { then: (resolve: (value: number) => void) => resolve(value) } as Promise<number>; // its then() returns nothing
  },
  NOTHING() {},
};

function fail(): never {
  throw new Error("secret");
}

for (const family of FAMILIES) callsSuite(family);

function callsSuite(family: Family): void {
  /** A test with a server of tasks and a client of it. */
  function withTasks(
    criterion: string,
    fn: (client: RpcClient<Tasks>, server: RpcServer, connect: () => Promise<RpcClient<Tasks>>) => Promise<void>,
  ): void {
    test(`RpcServer over ${family.name} ${criterion}`, { needs: family.needs }, async () => {
      const endpoint = family.listen();
      const clients: RpcClient<Tasks>[] = [];
      async function connect(): Promise<RpcClient<Tasks>> {
        const client = new RpcClient<Tasks>(await endpoint.connect());
        clients.push(client);
        return client;
      }
      try {
        await using server = RpcServer.serve<Tasks>(endpoint.listener, TASKS);
        try {
          await fn(await connect(), server, connect);
        } finally {
          for (const client of clients) client.close();
        }
      } finally {
        endpoint.remove();
      }
    });
  }

  test(`RpcServer over ${family.name} serves the dictionary`, { needs: family.needs }, async () => {
    const endpoint = family.listen();
    {
      await using _server = RpcServer.serve(endpoint.listener, dictionary());
      using client = new RpcClient<Dictionary>(await endpoint.connect());
      const json = '{"text":"grüße \u{1f600} \ufffd \\ud800","list":[1,null,true],"__proto__":{"x":1},"toJSON":1}';
      const val: unknown = JSON.parse(json);
      assertEquals(await client.call("PUT", { obj: "__proto__", val }), { obj: "__proto__", response: "ok" });
      assertEquals(JSON.stringify((await client.call("GET", { obj: "__proto__" })).val), json);
      assertEquals(await client.call("GET", { obj: "constructor" }), { obj: "constructor", val: null });
    }
    endpoint.remove();
  });

  withTasks("answers 2,000 calls in flight in order, whenever their handlers end", async (client) => {
    const values = Array.from({ length: 2000 }, (_, i) => i);
    const order: number[] = [];
    const results = await Promise.all(values.map(async (value) => {
      const delay = value % 3 === 0 ? undefined : (value * 7) % 11;
      const result = await client.call("LATER", delay === undefined ? { value } : { value, delay });
      order.push(result);
      return result;
    }));
    assertEquals(results, values);
    assertEquals(order, values);
  });

  withTasks("keeps the calls of many connections apart", async (_, _server, connect) => {
    await Promise.all(Array.from({ length: 50 }, async (_, id) => {
      const client = await connect();
      for (let call = 0; call < 20; call++) assertEquals(await client.call("ECHO", [id, call]), [id, call]);
    }));
  });

  withTasks("turns every exception into an error reply, and goes on", async (client, server) => {
    for (const kind of ["error", "later", "circle", "bigint", "null", "toJSON", "then"] as const) {
      const error = await assertRejects(() => client.call("THROW", kind), RpcError);
      assertEquals(error.reply, { status: "ERROR" }, kind);
    }
    const refusal = await assertRejects(() => client.call("THROW", "rpc"), RpcError, "no, thank you");
    assertEquals(refusal.reply, { status: "ERROR", error: "no, thank you" });
    assertEquals(await client.call("NOTHING", null), null as unknown as undefined);
    assertEquals(await client.call("THENABLE", 7), 7);
    assertEquals(await client.call("ECHO", 1), 1);
    assertEquals(server.connections, 1);
  });

  withTasks("has no function that it was not given", async (client) => {
    const anything = client as unknown as RpcClient;
    for (const name of ["FOO", "toString", "__proto__", "constructor", "hasOwnProperty", ""]) {
      const { reply } = await assertRejects(() => anything.call(name, 1), RpcError);
      assertEquals(reply, { status: "OK", response: { func: name, response: "ERROR - Function doesn't exist" } });
    }
  });

  withTasks("drops the replies of calls that were given up, and no others", async (client) => {
    const controller = new AbortController();
    const reason = new Error("never mind");
    const calls = Array.from({ length: 20 }, (_, value) => {
      const options = value % 4 === 0 ? { signal: controller.signal } : value % 4 === 1 ? { timeout: 5 } : {};
      return client.call("LATER", { value, delay: 30 }, options).catch((error) => error);
    });
    setTimeout(() => controller.abort(reason), 1);
    const results = await Promise.all(calls);
    for (const [value, result] of results.entries()) {
      if (value % 4 === 0) assert(result === reason);
      else if (value % 4 === 1) assertEquals((result as DOMException).name, "TimeoutError");
      else assertEquals(result, value);
    }
    assertEquals(await client.call("ECHO", "still in step"), "still in step");
    await assertRejects(() => client.call("ECHO", 1, { signal: AbortSignal.abort(reason) }), Error, "never mind");
    await assertRejects(() => client.call("ECHO", 1, { timeout: NaN }), RangeError);
  });

  withTasks("finishes the calls in flight when it shuts down", async (client, server, connect) => {
    const idle = await connect();
    assertEquals(await idle.call("ECHO", 1), 1);
    const before = arrived;
    const calls = Promise.all([50, 20, 0].map((delay) => client.call("LATER", { value: delay, delay })));
    await until(() => arrived === before + 3);
    await Promise.all([
      server.shutdown(),
      assertRejects(() => idle.call("LATER", { value: 1, delay: 1 }), RpcClosedError),
    ]);
    assertEquals(await calls, [50, 20, 0]);
    await assertRejects(
      () => client.call("ECHO", 1),
      RpcClosedError,
      "Cannot call ECHO: the server ended the connection",
    );
    assertEquals(server.connections, 0);
  });

  withTasks("leaves the calls without an answer when it is closed", async (client, server) => {
    const calls = [1, 2].map((value) => client.call("LATER", { value, delay: 100 }));
    const outcome = Promise.all(calls.map((call) => assertRejects(() => call, RpcClosedError)));
    await client.call("ECHO", null, { timeout: 20 }).catch(() => {});
    server.close();
    await outcome;
    await server.finished;
  });

  withTasks("does not mind a client that closes with calls in flight", async (client, server, connect) => {
    const calls = [1, 2].map((value) => client.call("LATER", { value, delay: 50 }));
    const outcome = Promise.all(
      calls.map((call) => assertRejects(() => call, RpcClosedError, "the client was closed")),
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.close();
    client.close();
    await outcome;
    assertEquals(await (await connect()).call("ECHO", 1), 1);
    for (let wait = 0; server.connections > 1 && wait < 100; wait++) await new Promise((go) => setTimeout(go, 10));
    assertEquals(server.connections, 1);
  });

  if (family.isMessages) return;
  withTasks("carries a body of 7 MiB both ways", async (client) => {
    const text = "aß\u{1f600}".repeat(1024 * 1024);
    assertEquals(await client.call("ECHO", text) === text, true);
  });
}

import { TcpConn } from "../../inet/mod.ts";
import { type Dictionary, dictionary, memoryStore } from "../../dictionary/mod.ts";
import { RpcClient, RpcClosedError, RpcError, RpcServer } from "../../rpc/mod.ts";
import { assertEquals, assertRejects, spawn, test, type TestOptions } from "../runner/mod.ts";
import { FAMILIES, type Family, tcp } from "./families.ts";
import { python, pythonServer } from "./python_peer.ts";

const ERROR = { status: "ERROR" };

function ok(func: string, response: unknown): unknown {
  return { status: "OK", response: { func, response } };
}

for (const family of FAMILIES) pythonSuite(family);

const NEEDS: TestOptions = { needs: ["python3"] };

for (const mode of [[], ["--drip"]]) {
  test(
    `RpcClient calls a Python server ${mode.includes("--drip") ? "that sends byte by byte" : ""}`.trim(),
    NEEDS,
    async () => {
      await using server = await pythonServer(...mode);
      const val = { text: "grüße \u{1f600}", list: [1, 2.5, null, true] };
      async function callOnce<T>(fn: (client: RpcClient<Dictionary>) => Promise<T>): Promise<T> {
        using client = new RpcClient<Dictionary>(await TcpConn.connect(server.addr));
        return await fn(client);
      }
      assertEquals(await callOnce((client) => client.call("PUT", { obj: "x", val })), { obj: "x", response: "ok" });
      assertEquals(await callOnce((client) => client.call("GET", { obj: "x" })), { obj: "x", val });
      const anything = new RpcClient(await TcpConn.connect(server.addr));
      await assertRejects(() => anything.call("POP", {}), RpcError, "no such function");
      anything.close();
    },
  );
}

test("RpcClient.call() rejects when a Python server ends in the middle of a reply", NEEDS, async () => {
  for (const cut of [0, 3, 8, 30]) {
    await using server = await pythonServer("--cut", String(cut));
    using client = new RpcClient<Dictionary>(await TcpConn.connect(server.addr));
    const calls = [client.call("GET", { obj: "x" }), client.call("GET", { obj: "y" })];
    await Promise.all(calls.map((call) => assertRejects(() => call, RpcClosedError, "Cannot call GET")));
  }
});

test("RpcServer continues when Python clients vanish", NEEDS, async () => {
  const { listener, connect, address } = tcp();
  await using server = RpcServer.serve(listener, dictionary());
  const script = `
import socket, struct, sys
host, port = sys.argv[1].rsplit(":", 1)
for cut in range(1, 40):
    conn = socket.create_connection((host, int(port)))
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends a reset
    conn.sendall((struct.pack("ii", 1, 31) + b'{"func":"GET","params":{"obj":1}}')[:cut])
    conn.close()
`;
  assertEquals((await spawn("python3", ["-c", script, address]).exit).code, 0);
  using client = new RpcClient<Dictionary>(await connect());
  assertEquals(await client.call("GET", { obj: "x" }), { obj: "x", val: null });
  for (let wait = 0; server.connections > 1 && wait < 100; wait++) await new Promise((go) => setTimeout(go, 10));
  assertEquals(server.connections, 1);
});

function pythonSuite(family: Family): void {
  /** A test with a dictionary that Python can reach. */
  function withServer(criterion: string, fn: (address: string) => Promise<void>): void {
    test(`RpcServer over ${family.name} ${criterion}`, { needs: [...family.needs, "python3"] }, async () => {
      const endpoint = family.listen();
      {
        await using _server = RpcServer.serve(endpoint.listener, dictionary(memoryStore({ maxKeys: 3 })));
        await fn(endpoint.address);
      }
      endpoint.remove();
    });
  }

  withServer("answers a Python client as the document's server does", async (address) => {
    const val = { text: "grüße \u{1f600}", list: [1, 2.5, null, true], nested: { "": "" } };
    const calls = [
      { func: "GET", params: { obj: "x" } },
      { func: "PUT", params: { obj: "x", val } },
      { func: "GET", params: { obj: "x" } },
      { func: "POP", params: { obj: "x" } },
      { func: "GET", params: {} },
      {},
    ];
    assertEquals(await python("call", address, ...calls.map((call) => JSON.stringify(call))), [
      ok("GET", { obj: "x", val: null }),
      ok("PUT", { obj: "x", response: "ok" }),
      ok("GET", { obj: "x", val }),
      ok("POP", "ERROR - Function doesn't exist"),
      { status: "ERROR", error: "Cannot GET as obj must be a string" },
      ERROR,
    ]);
  });

  withServer("answers a Python client that sends many calls on one connection", async (address) => {
    const calls = Array.from({ length: 100 }, (_, i) => ({ func: "PUT", params: { obj: `n${i % 3}`, val: i } }));
    const get = { func: "GET", params: { obj: "n0" } };
    const replies = await python("pipeline", address, ...[...calls, get].map((call) => JSON.stringify(call)));
    assertEquals(replies.length, 101);
    assertEquals(replies.at(-2), ok("PUT", { obj: "n0", response: "ok" }));
    assertEquals(replies.at(-1), ok("GET", { obj: "n0", val: 99 }));
  });

  if (family.isMessages) return; // a part of a message is another message
  withServer("answers a Python client that sends byte by byte", async (address) => {
    const calls = [{ func: "PUT", params: { obj: "x", val: "ü".repeat(200) } }, { func: "GET", params: { obj: "x" } }];
    assertEquals(await python("call", "--drip", address, ...calls.map((call) => JSON.stringify(call))), [
      ok("PUT", { obj: "x", response: "ok" }),
      ok("GET", { obj: "x", val: "ü".repeat(200) }),
    ]);
  });

  withServer("answers a Python client that ends in the middle with an error", async (address) => {
    const call = JSON.stringify({ func: "PUT", params: { obj: "x", val: 1 } });
    for (const cut of [0, 1, 4, 7, 8, 9, 20]) {
      assertEquals(await python("call", "--cut", String(cut), address, call), [ERROR], `cut after ${cut}`);
    }
    const get = JSON.stringify({ func: "GET", params: { obj: "x" } });
    assertEquals(await python("call", address, get), [ok("GET", { obj: "x", val: null })]);
  });

  withServer("answers a Python client that sends garbage with an error", async (address) => {
    for (const hex of ["0200000002000000", "0000000100000002", "01000000ffffffff", "01000000ffffff7f", "474554202f"]) {
      assertEquals(await python("raw", address, hex), [ERROR], hex);
    }
  });
}

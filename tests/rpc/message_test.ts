import { decodeFrame, FrameError, RpcClient, RpcClosedError, RpcError, RpcServer } from "../../rpc/mod.ts";
import { UnixSeqpacketConn, UnixSeqpacketListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";
import { concat, rawFrame } from "./frames.ts";
import { frameOf } from "./raw_conn.ts";

interface Api {
  ECHO(params: unknown): unknown;
  BIG(params: number): string;
}

function serve() {
  const listener = UnixSeqpacketListener.listen({ autobind: true });
  const server = RpcServer.serve<Api>(listener, { ECHO: (params) => params, BIG: (length) => "x".repeat(length) });
  return {
    connect: () => UnixSeqpacketConn.connect(listener.addr),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function reply(conn: UnixSeqpacketConn): Promise<unknown> {
  const message = await conn.receive();
  return message && JSON.parse(new TextDecoder().decode(decodeFrame(message.data)));
}

test("RpcServer answers each message with one message", async () => {
  await using host = serve();
  using conn = await host.connect();
  const calls = [1, 2, 3].map((params) => frameOf({ func: "ECHO", params }));
  for (const call of calls) await conn.send(call);
  for (const response of [1, 2, 3]) {
    assertEquals(await reply(conn), { status: "OK", response: { func: "ECHO", response } });
  }
});

const NO_FRAMES: [name: string, message: Uint8Array][] = [
  ["that has trailing bytes", concat(frameOf({ func: "ECHO", params: 1 }), [0])],
  ["of two frames", concat(frameOf({ func: "ECHO", params: 1 }), frameOf({ func: "ECHO", params: 2 }))],
  ["that ends inside its frame", frameOf({ func: "ECHO", params: 1 }).subarray(0, 20)],
  ["that ends inside its head", frameOf(1).subarray(0, 7)],
  ["that is empty", new Uint8Array(0)],
  ["of another version", rawFrame(2, 0, [])],
];

for (const [name, message] of NO_FRAMES) {
  test(`RpcServer answers a message ${name} with an error, and ends the connection`, async () => {
    await using host = serve();
    using conn = await host.connect();
    await conn.send(frameOf({ func: "ECHO", params: "before" }));
    await conn.send(message);
    assertEquals(await reply(conn), { status: "OK", response: { func: "ECHO", response: "before" } });
    assertEquals(await reply(conn), { status: "ERROR" });
    assertEquals(await conn.receive(), null);
  });
}

test("RpcClient and RpcServer refuse what does not fit a message, and continue", async () => {
  await using host = serve();
  using client = new RpcClient<Api>(await host.connect());
  const most = 212_960 - 8 - '{"func":"ECHO","params":""}'.length;
  await assertRejects(() => client.call("ECHO", "x".repeat(most + 1)), FrameError, "the limit is 212952");
  await assertRejects(() => client.call("BIG", 250_000), RpcError);
  // The call is as long as the kernel accepts; the reply, which is longer, does not fit.
  await assertRejects(() => client.call("ECHO", "x".repeat(most)), RpcError);
  assertEquals((await client.call("BIG", 212_000)).length, 212_000);
  assertEquals(await client.call("ECHO", "fine"), "fine");
});

test("RpcClient.call() rejects every call when a message is not a reply", async () => {
  using listener = UnixSeqpacketListener.listen({ autobind: true });
  using client = new RpcClient<Api>(await UnixSeqpacketConn.connect(listener.addr));
  using conn = await listener.accept();
  const calls = [client.call("ECHO", 1), client.call("ECHO", 2)];
  await conn.receive();
  await conn.send(concat(frameOf({ status: "OK", response: { func: "ECHO", response: 1 } }), [1]));
  for (const call of calls) {
    const error = await assertRejects(() => call, RpcClosedError);
    assert(error.cause instanceof FrameError && error.cause.code === "trailing-bytes");
  }
});

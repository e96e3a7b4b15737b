import { C } from "../../ffi/mod.ts";
import {
  decodeNotification,
  SCTP_INITMSG,
  SctpConn,
  SctpListener,
  type SctpMessage,
  SctpSocket,
} from "../../sctp/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, test } from "../runner/mod.ts";

const guestTest = guestTests(guestHas(C.AF_INET, C.SOCK_STREAM, C.IPPROTO_SCTP));
const WAIT = { timeout: 20_000 };
const hostname = "127.0.0.1";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (message: SctpMessage | null): string => new TextDecoder().decode(message?.data);

test("decodeNotification() refuses truncated notifications", () => {
  const change = new Uint8Array(20);
  change.set([1, 0x80, 0, 0, 20, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5]);
  assertEquals(decodeNotification(change), {
    type: "association",
    state: "lost",
    error: 2,
    outboundStreams: 3,
    inboundStreams: 4,
    association: 5,
  });
  for (let length = 0; length < 20; length++) {
    assertThrows(() => decodeNotification(change.subarray(0, length)), RangeError, "truncated");
  }
});

guestTest("SctpConn and socat answer each other, whoever listens", { needs: ["socat"] }, async () => {
  using listener = SctpListener.listen({ hostname, port: 0 });
  await using client = spawn("socat", ["-", `SCTP4:${hostname}:${listener.addr.port}`]);
  client.write("from socat\n");
  using server = await listener.accept(WAIT);
  assertEquals(text(await server.receive(WAIT)), "from socat\n");
  await server.send(bytes("from us\n"));
  assertEquals(await client.line(), "from us");
  client.closeInput();
  assertEquals(await server.receive(WAIT), null);

  await using _echo = spawn("socat", [`SCTP4-LISTEN:7777,bind=${hostname}`, "EXEC:cat"]);
  using conn = await connected(7777);
  await conn.send(bytes("there and back"));
  assertEquals(text(await conn.receive(WAIT)), "there and back");
});

guestTest("SctpConn: streams, identifiers and boundaries, both ends Python's too", { needs: ["python3"] }, async () => {
  const init = { outboundStreams: 5, maxInboundStreams: 5, maxAttempts: 0, maxTimeout: 0 };
  using listener = SctpListener.listen({ hostname, port: 0, configure: (socket) => socket.set(SCTP_INITMSG, init) });
  assertEquals(listener.socket.get(SCTP_INITMSG).outboundStreams, 5);
  const program = `import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
s.connect(("${hostname}", ${listener.addr.port}))
for stream, ppid in ((3, 0x01020304), (1, 9)):
    info = struct.pack("=HH4sIi", stream, 0, ppid.to_bytes(4, "big"), 0, 0)
    s.sendmsg([b"stream %d" % stream], [(socket.IPPROTO_SCTP, 2, info)])
print(s.recv(100).decode(), flush=True)`;
  await using python = spawn("python3", ["-S", "-E", "-c", program]);
  using conn = await listener.accept(WAIT);
  const messages = [await conn.receive(WAIT), await conn.receive(WAIT)];
  assertEquals(messages.map((message) => [text(message), message?.stream, message?.ppid, message?.complete]), [
    ["stream 3", 3, 0x01020304, true],
    ["stream 1", 1, 9, true],
  ]);
  await assertRejects(() => conn.send(bytes("x"), { stream: 99 }), Error, "EINVAL");
  await conn.send(bytes("an answer"), { unordered: true });
  assertEquals(await python.line(), "an answer");
});

guestTest("a message longer than the buffer comes in parts, and a large one whole", { needs: [] }, async () => {
  using listener = SctpListener.listen({ hostname, port: 0 });
  const [client, server] = await Promise.all([
    SctpConn.connect({ hostname, port: listener.addr.port }),
    listener.accept(),
  ]);
  await client.send(bytes("abcdef"), { stream: 1 });
  const parts = [
    await server.receive({ buffer: new Uint8Array(4) }),
    await server.receive({ buffer: new Uint8Array(4) }),
  ];
  assertEquals(parts.map((part) => [text(part), part?.complete]), [["abcd", false], ["ef", true]]);
  await client.send(bytes("ghi"));
  const none = await server.receive({ buffer: new Uint8Array(0) });
  assertEquals([text(none), none?.complete], ["", false]); // which is not the end
  assertEquals(text(await server.receive()), "ghi");
  const large = crypto.getRandomValues(new Uint8Array(60_000));
  await client.send(large);
  assertEquals((await server.receive(WAIT))?.data, large);
  assertEquals(client.remoteAddr, server.localAddr);
  await client.closeWrite();
  assertEquals(await server.receive(WAIT), null);
  client.close();
  server.close();
  const refused = await assertRejects(() => SctpConn.connect({ hostname, port: 9, ...WAIT }));
  assertEquals((refused as { code?: string }).code, "ECONNREFUSED");
});

guestTest("SctpSocket: many associations, their notifications, one peeled off", { needs: [] }, async () => {
  const events = [C.SCTP_ASSOC_CHANGE, C.SCTP_SHUTDOWN_EVENT];
  using server = SctpSocket.bind({ hostname, events });
  using one = SctpSocket.bind({ hostname });
  using other = SctpSocket.bind({ hostname });
  await one.send(bytes("one"), { addr: server.localAddr, stream: 2 });
  const up = await server.receive(WAIT);
  assert(up.notification?.type === "association" && up.notification.state === "up");
  const first = await server.receive(WAIT);
  assertEquals([text(first), first.stream, first.addr], ["one", 2, one.localAddr]);
  assertEquals(first.association, up.notification.association);
  await other.send(bytes("other"), { addr: server.localAddr });
  assertEquals((await server.receive(WAIT)).notification?.type, "association");
  const second = await server.receive(WAIT);
  await server.send(bytes("to one"), { association: first.association });
  assertEquals(text(await one.receive(WAIT)), "to one");
  using peeled = server.peelOff(second.association);
  await peeled.send(bytes("from the peeled one"));
  const answer = await other.receive(WAIT);
  assertEquals(text(answer), "from the peeled one");
  await server.end(first.association);
  for (;;) {
    const { notification } = await server.receive(WAIT);
    if (notification?.type === "association" && notification.state === "ended") break;
  }
  assertThrows(() => server.peelOff(12345), Error, "EINVAL");
  assertThrows(() => server.peelOff(2 ** 32 + second.association), RangeError);
  await assertRejects(() => server.end(second.association, { abrot: true } as { abort?: boolean }), TypeError, "abort");
});

/** Tries until the other program listens. */
async function connected(port: number): Promise<SctpConn> {
  for (let i = 0;; i++) {
    try {
      return await SctpConn.connect({ hostname, port });
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

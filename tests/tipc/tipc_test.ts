import { C } from "../../ffi/mod.ts";
import {
  decodeSockaddrTipc,
  encodeSockaddrTipc,
  type TipcAddr,
  TipcConn,
  TipcDatagramSocket,
  TipcListener,
  TipcSeqpacketConn,
  TipcSeqpacketListener,
  type TipcServiceEvent,
  watchServices,
} from "../../tipc/mod.ts";
import { messageSuite } from "../conformance/message_suite.ts";
import { streamSuite } from "../conformance/stream_suite.ts";
import { guestHas, guestTests, IN_GUEST, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertRejects, assertThrows, hex, ignore, spawn, test } from "../runner/mod.ts";

const has = guestHas(C.AF_TIPC, C.SOCK_RDM);
const guestTest = guestTests(has);
const WAIT = { timeout: 20_000 };
let services = 5000;

test("encodeSockaddrTipc() encodes as C does", { needs: ["write", "cc"] }, async () => {
  const program = await compileC(`#include <stdio.h>
#include <sys/socket.h>
#include <linux/tipc.h>
static void show(struct sockaddr_tipc addr) {
  for (unsigned i = 0; i < sizeof addr; i++) printf("%02x", ((unsigned char *)&addr)[i]);
  puts("");
}
int main(void) {
  show((struct sockaddr_tipc){ AF_TIPC, TIPC_SERVICE_ADDR, TIPC_NODE_SCOPE, { .name = { { 1000, 7 }, 3 } } });
  show((struct sockaddr_tipc){ AF_TIPC, TIPC_SERVICE_RANGE, TIPC_CLUSTER_SCOPE, { .nameseq = { 1000, 7, 9 } } });
  show((struct sockaddr_tipc){ AF_TIPC, TIPC_SOCKET_ADDR, TIPC_CLUSTER_SCOPE, { .id = { 123, 4 } } });
}`);
  const addrs: TipcAddr[] = [
    { service: 1000, instance: 7, domain: 3, scope: "node" },
    { service: 1000, lower: 7, upper: 9 },
    { ref: 123, node: 4 },
  ];
  const ours = addrs.map(encodeSockaddrTipc);
  assertEquals(ours.map(hex), (await runProgram(program, [])).trim().split("\n"));
  assertEquals(ours.slice(1).map(decodeSockaddrTipc), addrs.slice(1));
});

test("encodeSockaddrTipc() refuses numbers that do not fit, decodeSockaddrTipc() bytes that are not a TIPC address", () => {
  assertThrows(() => encodeSockaddrTipc({ service: -1, instance: 0 }), RangeError, "service");
  assertThrows(() => encodeSockaddrTipc({ service: 1, lower: 0, upper: 2 ** 32 }), RangeError, "upper");
  assertThrows(() => encodeSockaddrTipc({ service: 1, instance: 1, scope: "zone" as "node" }), TypeError, "scope");
  const bytes = encodeSockaddrTipc({ ref: 1, node: 1 });
  for (let length = 0; length < 16; length++) {
    assertThrows(() => decodeSockaddrTipc(bytes.subarray(0, length)), RangeError);
  }
  bytes[2] = 9;
  assertThrows(() => decodeSockaddrTipc(bytes), RangeError, "current value is 9");
});

guestTest("TipcDatagramSocket and Python answer each other", { needs: ["python3"] }, async () => {
  using server = TipcDatagramSocket.bind({ service: 1000, lower: 1, upper: 9, scope: "node" });
  const program = `import socket
s = socket.socket(socket.AF_TIPC, socket.SOCK_RDM)
s.bind((socket.TIPC_ADDR_NAME, 1001, 5, 0, 3))
s.sendto(b"from Python", (socket.TIPC_ADDR_NAME, 1000, 4, 0))
print(s.recvfrom(100)[0].decode(), flush=True)`;
  await using python = spawn("python3", ["-S", "-E", "-c", program]);
  const { data, addr } = await server.receive(WAIT);
  assertEquals(new TextDecoder().decode(data), "from Python");
  await server.send(new TextEncoder().encode("from us"), { addr });
  assertEquals(await python.line(), "from us");
});

guestTest("a message to a range reaches everybody, one to a service only one", { needs: [] }, async () => {
  using first = TipcDatagramSocket.bind({ service: 1100, instance: 1, scope: "node" });
  using second = TipcDatagramSocket.bind({ service: 1100, instance: 2, scope: "node" });
  using client = TipcDatagramSocket.open();
  await client.send(Uint8Array.of(1), { addr: { service: 1100, lower: 1, upper: 2 } });
  await client.send(Uint8Array.of(2), { addr: { service: 1100, instance: 2 } });
  assertEquals((await first.receive(WAIT)).data, Uint8Array.of(1));
  assertEquals((await second.receive(WAIT)).data, Uint8Array.of(1));
  assertEquals((await second.receive(WAIT)).data, Uint8Array.of(2));
  await assertRejects(() => first.receive({ timeout: 50 }), DOMException);
});

guestTest(
  "watchServices() tells who comes and goes, as `tipc nametable show` lists them",
  { needs: ["run"] },
  async () => {
    const range = { service: 1200, lower: 0, upper: 99 };
    const events: TipcServiceEvent[] = [];
    using before = TipcDatagramSocket.bind({ service: 1200, instance: 5, scope: "node" });
    assertEquals("ref" in before.localAddr, true);
    for await (const event of watchServices(range, WAIT)) {
      events.push(event);
      if (events.length === 1) {
        const after = TipcDatagramSocket.bind({ service: 1200, lower: 7, upper: 8, scope: "node" });
        assertEquals(/^1200 +7 +8 /m.test(await runProgram("tipc", ["nametable", "show"])), true);
        after.close();
      }
      if (events.length === 3) break;
    }
    assertEquals(events.map(({ type, range }) => [type, range.lower, range.upper]), [
      ["published", 5, 5],
      ["published", 7, 8],
      ["withdrawn", 7, 8],
    ]);
  },
);

guestTest("TipcConn.connect() tells that there is no such service", { needs: [] }, async () => {
  const error = await assertRejects(() => TipcConn.connect({ service: 4999, instance: 1, ...WAIT }));
  assertEquals((error as { code?: string }).code, "EHOSTUNREACH");
});

if (has) {
  const halfClose = "TIPC ends both directions at once";
  streamSuite("TIPC stream", async () => {
    const service = services++;
    using listener = TipcListener.listen({ service, instance: 1, scope: "node" });
    const [ours, theirs] = await Promise.all([TipcConn.connect({ service, instance: 1 }), listener.accept()]);
    return {
      ours,
      theirs,
      reset: () => {
        theirs.socket.close(); // close(2) alone is a reset
        theirs.close();
      },
    };
  }, { ...IN_GUEST, lacks: { halfClose } });

  messageSuite("TIPC seqpacket", async () => {
    const service = services++;
    using listener = TipcSeqpacketListener.listen({ service, instance: 1, scope: "node" });
    const [ours, theirs] = await Promise.all([TipcSeqpacketConn.connect({ service, instance: 1 }), listener.accept()]);
    return [ours, theirs];
  }, {
    hasEnd: true,
    travels: true,
    bulk: 2000,
    maxLength: 66_000,
    lacks: {
      emptyBuffers: "TIPC receives nothing where there is no room",
      emptyMessages: "TIPC's empty messages are its own",
      sendBuffer: "TIPC has no send buffer",
    },
  });

  messageSuite("TIPC datagrams, connected both ways", async () => {
    const ends = [0, 1].map(() => TipcDatagramSocket.bind({ service: services++, instance: 1, scope: "node" }));
    const [left, right] = ends as [TipcDatagramSocket, TipcDatagramSocket];
    await left.socket.connect(encodeSockaddrTipc(right.localAddr));
    await right.socket.connect(encodeSockaddrTipc(left.localAddr));
    return [left, right];
  }, {
    hasEnd: false,
    bulk: 1000,
    maxLength: 66_000,
    lacks: {
      emptyMessages: "TIPC's empty messages are its own",
      gone: "TIPC drops what reaches no socket",
      sendBuffer: "TIPC has no send buffer",
    },
  });
} else {
  ignore("the stream and message suites over TIPC", NEEDS_GUEST);
}

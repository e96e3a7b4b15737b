import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, ignore, test } from "../runner/mod.ts";

type SystemError = Error & { code: string };
const [RECEIVED, SENT] = [1, 2];

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function read(conn: TcpConn): Promise<string> {
  const buffer = new Uint8Array(100);
  return new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer, { timeout: 5000 }) ?? 0));
}

test("a connection moves to another socket by TCP_REPAIR, and the other end does not notice", {
  needs: ["CAP_NET_ADMIN"],
}, async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  // Its own address: between close and bind another program could take a port of 127.0.0.1.
  const hostname = `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 254)).join(".")}`;
  const old = new TcpConn(Socket.open(C.AF_INET, C.SOCK_STREAM));
  old.socket.bind(inet.encodeInetSockaddr({ hostname, port: 0 }));
  await old.socket.connect(inet.encodeInetSockaddr(listener.addr));
  using server = await listener.accept();
  await old.write(bytes("before"));
  assertEquals(await read(server), "before");
  await server.write(bytes("answer"));
  assertEquals(await read(old), "answer");

  old.socket.set(inet.TCP_REPAIR, 1);
  const sequences = [RECEIVED, SENT].map((queue) => {
    old.socket.set(inet.TCP_REPAIR_QUEUE, queue);
    assertEquals(old.socket.get(inet.TCP_REPAIR_QUEUE), queue);
    return old.socket.get(inet.TCP_QUEUE_SEQ);
  });
  const window = old.socket.get(inet.TCP_REPAIR_WINDOW);
  const info = old.socket.get(inet.TCP_INFO);
  const stamp = old.socket.get(inet.TCP_TIMESTAMP);
  const mss = old.socket.get(inet.TCP_MAXSEG);
  assertEquals(window.sendWindow, info.sendWindow);
  const [local, peer] = [old.socket.localSockaddr(), old.socket.peerSockaddr()];
  old.close(); // without a FIN

  using moved = new TcpConn(Socket.open(C.AF_INET, C.SOCK_STREAM));
  moved.socket.set(inet.TCP_REPAIR, 1);
  moved.socket.setOption(C.SOL_SOCKET, C.SO_REUSEADDR, 1);
  moved.socket.bind(local);
  for (const [i, queue] of [RECEIVED, SENT].entries()) {
    moved.socket.set(inet.TCP_REPAIR_QUEUE, queue);
    moved.socket.set(inet.TCP_QUEUE_SEQ, sequences[i] ?? 0);
  }
  await moved.socket.connect(peer); // without a SYN
  moved.socket.set(inet.TCP_REPAIR_OPTIONS, [
    { code: 2, value: mss },
    { code: 3, value: info.sendWindowScale | info.receiveWindowScale << 16 },
    { code: 4, value: 0 },
    { code: 8, value: 0 },
  ]);
  moved.socket.set(inet.TCP_TIMESTAMP, stamp);
  moved.socket.set(inet.TCP_REPAIR_WINDOW, window);
  assertEquals(moved.socket.get(inet.TCP_REPAIR_WINDOW), window);
  moved.socket.set(inet.TCP_REPAIR, 0);

  await moved.write(bytes("after"));
  assertEquals(await read(server), "after");
  await server.write(bytes("still here"));
  assertEquals(await read(moved), "still here");
  await moved.closeWrite();
  assertEquals(await server.read(new Uint8Array(1), { timeout: 5000 }), null);
});

test("TCP_REPAIR_WINDOW and TCP_REPAIR_OPTIONS refuse values that are not 32-bit numbers", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  const window = { sendUpdate: 1, sendWindow: 1, maxWindow: 1, receiveWindow: 1, receiveUpdate: 2 ** 32 };
  assertThrows(() => socket.set(inet.TCP_REPAIR_WINDOW, window), RangeError, "4294967296");
  assertThrows(() => socket.set(inet.TCP_REPAIR_OPTIONS, [{ code: -1, value: 0 }]), RangeError, "-1");
});

const SIGNED = "TCP_MD5SIG keeps those away that do not sign, and lets those in who do";
if (!signs()) ignore(SIGNED, "needs a kernel with TCP MD5 signatures");
else {
  test(SIGNED, async () => {
    const key = bytes("secret");
    for (const [hostname, prefixLength] of [["127.0.0.1", undefined], ["127.0.0.0", 8], ["::1", undefined]] as const) {
      const host = hostname === "::1" ? "::1" : "127.0.0.1";
      const sign = (socket: Socket, key: Uint8Array): void => {
        if (prefixLength === undefined) socket.set(inet.TCP_MD5SIG, { hostname, key });
        else socket.set(inet.TCP_MD5SIG_EXT, { hostname, prefixLength, key });
      };
      const configure = (socket: Socket): void => sign(socket, key);
      using listener = TcpListener.listen({ hostname: host, port: 0, configure });
      using conn = await TcpConn.connect({ ...listener.addr, configure });
      using server = await listener.accept({ timeout: 5000 });
      await conn.write(bytes("signed"));
      assertEquals(await read(server), "signed");
      const wrong = (socket: Socket): void => sign(socket, bytes("guess!"));
      for (const stranger of [undefined, wrong]) {
        const options = { ...listener.addr, timeout: 50, ...(stranger === undefined ? {} : { configure: stranger }) };
        const error = await assertRejects(() => TcpConn.connect(options)) as SystemError;
        assertEquals(error.name, "TimeoutError");
      }
    }
  });
}

test("TCP_MD5SIG refuses a key and a prefix that do not fit", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  const [hostname, key] = ["127.0.0.1", new Uint8Array(81)];
  assertThrows(() => socket.set(inet.TCP_MD5SIG, { hostname, key }), RangeError, "current length is 81");
  const long = { hostname, key: new Uint8Array(1), prefixLength: 129 };
  assertThrows(() => socket.set(inet.TCP_MD5SIG_EXT, long), RangeError, "prefix length");
});

/** Whether this kernel has the option: few lack it. */
function signs(): boolean {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  try {
    socket.set(inet.TCP_MD5SIG, { hostname: "127.0.0.1", key: new Uint8Array(1) });
    return true;
  } catch (error) {
    assert((error as SystemError).code === "ENOPROTOOPT", String(error));
    return false;
  }
}

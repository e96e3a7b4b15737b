import { closeSync, openSync, writeFileSync } from "node:fs";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { poll, relay, sendFile, SO_OOBINLINE, SO_RCVBUF, SO_SNDBUF, Socket } from "../../socket/mod.ts";
import { socketPair, UnixConn, UnixListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, spawn, tempDir, test } from "../runner/mod.ts";

type SystemError = Error & { code: string; bytesWritten?: number };

async function connected(): Promise<[client: TcpConn, server: TcpConn]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
}

/** Reads to the end, and returns the digest of all bytes. */
async function digest(conn: { read(p: Uint8Array): Promise<number | null> }): Promise<string> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (let n; (n = await conn.read(buffer)) !== null;) parts.push(buffer.slice(0, n));
  return await digestOf(new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
}

async function digestOf(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return `${data.length} ${Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", data))).join()}`;
}

function random(size: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(data.subarray(at, Math.min(at + 65536, size)));
  return data;
}

test("relay() carries megabytes both ways, byte for byte, and passes on each end", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  const [forth, back] = [random(5_000_003), random(3_000_001)];
  const relayed = relay(a, b);
  const got = [digest(right), digest(left)];
  await Promise.all([
    left.write(forth).then(() => left.closeWrite()),
    right.write(back).then(() => right.closeWrite()),
  ]);
  assertEquals(await Promise.all(got), [await digestOf(forth), await digestOf(back)]);
  assertEquals(await relayed, { forward: forth.length, backward: back.length });
  assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
  left.close();
  right.close();
});

test("relay() continues in one direction after the other has ended", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  const relayed = relay(a, b);
  await left.closeWrite();
  assertEquals(await right.read(new Uint8Array(1)), null);
  for (let i = 0; i < 10; i++) {
    await right.write(new Uint8Array([i]));
    const buffer = new Uint8Array(1);
    assertEquals(await left.read(buffer), 1);
    assertEquals(buffer[0], i);
  }
  right.close();
  assertEquals(await left.read(new Uint8Array(1)), null);
  assertEquals(await relayed, { forward: 0, backward: 10 });
  left.close();
});

test("relay() connects TCP with a unix socket", { needs: ["write", "read", "env"] }, async () => {
  using folder = tempDir();
  using listener = UnixListener.listen({ path: `${folder.path}/s` });
  const unix = await UnixConn.connect({ path: `${folder.path}/s` });
  using far = await listener.accept();
  const [left, a] = await connected();
  const data = random(1_000_000);
  const relayed = relay(a, unix);
  const got = digest(far);
  await left.write(data);
  await left.closeWrite();
  assertEquals(await got, await digestOf(data));
  far.close();
  assertEquals((await relayed).forward, data.length);
  left.close();
});

test("relay() loses nothing that a slow reader has not read yet, and does not read ahead without bound", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  for (const conn of [left, b]) conn.socket.set(SO_SNDBUF, 100_000);
  for (const conn of [a, right]) conn.socket.set(SO_RCVBUF, 100_000); // else it grows beyond all that is sent
  const relayed = relay(a, b);
  const data = random(4_000_000);
  let written = false;
  const writing = left.write(data).then(() => (written = true, left.closeWrite()));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals(written, false);
  assertEquals(await digest(right), await digestOf(data));
  await writing;
  right.close();
  assertEquals((await relayed).forward, data.length);
  left.close();
});

test("relay() continues after urgent data, which it leaves out, or carries along with SO_OOBINLINE", async () => {
  for (const inline of [false, true]) {
    const [left, a] = await connected();
    const [b, right] = await connected();
    a.socket.set(SO_OOBINLINE, inline);
    const relayed = relay(a, b);
    const send = async (urgent: string, rest: string): Promise<string> => {
      await left.sendUrgent(new TextEncoder().encode(urgent));
      await new Promise((resolve) => setTimeout(resolve, 20)); // the mark is all that there is
      await left.write(new TextEncoder().encode(rest));
      const buffer = new Uint8Array(inline ? 4 : 3);
      assertEquals(await right.socket.recv(buffer, { flags: C.MSG_WAITALL, timeout: 2000 }), buffer.length);
      return new TextDecoder().decode(buffer);
    };
    assertEquals(await send("!", "abc"), inline ? "!abc" : "abc");
    assertEquals(await send("?", "def"), inline ? "?def" : "def");
    await left.sendUrgent(new TextEncoder().encode("."));
    await left.closeWrite();
    const got = await new Response(right.readable).text();
    assertEquals(got, inline ? "." : "");
    right.close();
    assertEquals((await relayed).forward, inline ? 9 : 6);
    left.close();
  }
});

test("relay() continues after urgent data that arrived together with the bytes before it", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  await left.write(new TextEncoder().encode("abc"));
  await left.sendUrgent(new TextEncoder().encode("!"));
  await left.write(new TextEncoder().encode("def"));
  await left.closeWrite();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const relayed = relay(a, b);
  assertEquals(await new Response(right.readable).text(), "abcdef");
  right.close();
  assertEquals((await relayed).forward, 6);
  left.close();
});

test("relay() ends with a broken connection, closes both, and passes on the reset", async () => {
  const [left, a] = await connected();
  const [b, right] = await connected();
  const relayed = relay(a, b);
  await left.write(new Uint8Array(10));
  assertEquals(await right.read(new Uint8Array(10)), 10);
  left.reset();
  const error = await assertRejects(() => relayed) as SystemError;
  assertEquals(error.code, "ECONNRESET");
  assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
  assertEquals(await right.read(new Uint8Array(1)), null);
  right.close();
});

test("relay() ends with its signal and with its timeout, and leaves no pipe open", async () => {
  for (const options of [{ signal: AbortSignal.timeout(30) }, { timeout: 30 }]) {
    const [left, a] = await connected();
    const [b, right] = await connected();
    await assertRejects(() => relay(a, b, options));
    assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
    left.close();
    right.close();
  }
});

test(
  "sendFile() sends a file, and each part of it, between two writes",
  { needs: ["read", "write", "env"] },
  async () => {
    using folder = tempDir();
    const data = random(3_000_001);
    writeFileSync(`${folder.path}/f`, data);
    const fd = openSync(`${folder.path}/f`, "r");
    try {
      for (
        const [offset, length] of [[0, undefined], [7, undefined], [0, 2_500_000], [0, 0], [1, 1], [4095, 8193], [
          3_000_000,
          100,
        ], [4_000_000, 1]]
      ) {
        const [client, server] = await connected();
        client.socket.set(SO_SNDBUF, 100_000); // it takes several calls
        const part = data.slice(offset, length === undefined ? undefined : (offset ?? 0) + length);
        const got = digest(server);
        const sent = Promise.all([
          client.write(new Uint8Array([1])),
          sendFile(client, fd, { offset: offset ?? 0, ...(length === undefined ? {} : { length }) }),
          client.write(new Uint8Array([2])),
        ]);
        assertEquals((await sent)[1], part.length);
        await client.closeWrite();
        assertEquals(await got, await digestOf(new Uint8Array([1, ...part, 2])));
        client.close();
        server.close();
      }
    } finally {
      closeSync(fd);
    }
  },
);

test("sendFile() sends a file to Python's socket", { needs: ["write", "python3"] }, async () => {
  using folder = tempDir();
  const data = random(2_000_000);
  writeFileSync(`${folder.path}/f`, data);
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const program = `import socket, hashlib, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
h = hashlib.sha256()
while data := s.recv(65536): h.update(data)
print(",".join(str(b) for b in h.digest()))`;
  await using python = spawn("python3", ["-c", program, String(listener.addr.port)]);
  {
    using conn = await listener.accept({ timeout: 10_000 });
    const fd = openSync(`${folder.path}/f`, "r");
    assertEquals(await sendFile(conn, fd), data.length);
    closeSync(fd);
  }
  assertEquals(`${data.length} ${await python.line()}`, await digestOf(data));
});

test("sendFile() refuses non-files and invalid ranges, and reports how much was sent before a break", {
  needs: ["read", "write", "env"],
}, async () => {
  using folder = tempDir();
  writeFileSync(`${folder.path}/f`, new Uint8Array(50_000_000));
  const fd = openSync(`${folder.path}/f`, "r");
  const [client, server] = await connected();
  try {
    await assertRejects(() => sendFile(client, fd, { offset: -1 }), RangeError);
    await assertRejects(() => sendFile(client, fd, { length: 0.5 }), RangeError);
    await assertRejects(() => sendFile(client, fd, { length: -1 }), RangeError);
    const noFile = await assertRejects(() => sendFile(client, server.socket.fd)) as SystemError;
    assert(["EINVAL", "ESPIPE"].includes(noFile.code), noFile.code);
    assertEquals((await assertRejects(() => sendFile(client, 1_000_000)) as SystemError).code, "EBADF");
    const sending = sendFile(client, fd);
    await server.read(new Uint8Array(1000));
    server.reset();
    const error = await assertRejects(() => sending) as SystemError;
    assert(["ECONNRESET", "EPIPE"].includes(error.code), error.code);
    assert((error.bytesWritten ?? -1) > 0 && (error.bytesWritten ?? 0) < 50_000_000, String(error.bytesWritten));
  } finally {
    client.close();
    server.close();
    closeSync(fd);
  }
});

test("poll() tells which sockets can be read and written, even while operations wait", async () => {
  const [client, server] = await connected();
  const [quiet, other] = await connected();
  const reading = server.read(new Uint8Array(10));
  assertEquals(await poll([{ socket: server }, { socket: quiet }], { timeout: 0 }), []);
  const polled = poll([{ socket: quiet }, { socket: server }]);
  await client.write(new Uint8Array(3));
  assertEquals((await polled).map(({ socket, read, write }) => [socket === server, read, write]), [[
    true,
    true,
    false,
  ]]);
  assertEquals(await reading, 3);
  const writable = await poll<TcpConn | Socket>([{ socket: client, events: ["read", "write"] }, {
    socket: quiet.socket,
    events: ["write"],
  }]);
  assertEquals(writable.map(({ read, write }) => [read, write]), [[false, true], [false, true]]);
  await client.sendUrgent(new Uint8Array([7]));
  const [urgent] = await poll([{ socket: server, events: ["urgent"] }], { timeout: 2000 });
  assertEquals([urgent?.urgent, urgent?.read], [true, false]);
  client.close();
  const [ended] = await poll([{ socket: server }], { timeout: 2000 });
  assertEquals([ended?.read, ended?.hangup], [true, true]);
  for (const conn of [server, quiet, other]) conn.close();
});

test("poll() works for listeners, and handles its timeout, its signal and closed sockets", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const began = performance.now();
  assertEquals(await poll([{ socket: listener }], { timeout: 30 }), []);
  assert(performance.now() - began >= 25);
  await assertRejects(() => poll([{ socket: listener }], { signal: AbortSignal.timeout(10) }), Error);
  const polled = poll([{ socket: listener }]);
  using _client = await TcpConn.connect(listener.addr);
  assertEquals((await polled).length, 1);
  using _conn = await listener.accept();
  await assertRejects(() => poll([{ socket: listener }, { socket: listener }]), TypeError, "twice");
  const closed = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  closed.close();
  assertEquals((await assertRejects(() => poll([{ socket: closed }])) as SystemError).code, "EBADF");
  assertEquals(await poll([], { timeout: 5 }), []);
});

test("sendFile() refuses what is not a descriptor, and sends no other file in its place", async () => {
  const [left, right] = socketPair("stream");
  for (const fd of [NaN, 1.5, -1, 2 ** 32, null, "0"]) {
    await assertRejects(() => sendFile(left, fd as number, { length: 4 }), RangeError, "the descriptor must be 0 to");
  }
  await left.closeWrite();
  assertEquals(await right.read(new Uint8Array(8)), null);
  left.close();
  right.close();
});

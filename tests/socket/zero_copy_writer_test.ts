import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Socket, ZeroCopyWriter } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, test } from "../runner/mod.ts";

async function connected(): Promise<[TcpConn, TcpConn]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
}

async function readAll(conn: TcpConn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const n = await conn.read(bytes.subarray(at));
    if (n === null) throw new Error(`It ended after ${at} bytes`);
    at += n;
  }
  return bytes;
}

test("ZeroCopyWriter writes everything in order, and reports that the loopback interface copies", async () => {
  const [left, right] = await connected();
  const writer = new ZeroCopyWriter(left.socket);
  const chunks = [1, 100, 5000, 3_000_000, 0, 70_000].map((length, i) => new Uint8Array(length).fill(i + 1));
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  const reading = readAll(right, total);
  const results = await Promise.all(chunks.map((chunk) => writer.write(chunk)));
  const read = await reading;
  let at = 0;
  for (const chunk of chunks) {
    assertEquals(read.subarray(at, at + chunk.length).every((byte, i) => byte === chunk[i]), true);
    at += chunk.length;
  }
  assertEquals(results.map(({ copied }) => copied), [true, true, true, true, false, true]);
  left.close();
  right.close();
});

test("ZeroCopyWriter waits until the kernel no longer reads the program's memory", async () => {
  const [left, right] = await connected();
  const writer = new ZeroCopyWriter(left.socket);
  let settled = false;
  const bytes = new Uint8Array(16 << 20).map((_, i) => i * 7);
  const writing = writer.write(bytes).finally(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(settled, false);
  assertEquals(await readAll(right, bytes.length), bytes);
  await writing;
  left.close();
  right.close();
});

test("ZeroCopyWriter reports that it is closed or timed out, or that the other end is gone", async () => {
  const [left, right] = await connected();
  const writer = new ZeroCopyWriter(left.socket);
  const full = new Uint8Array(16 << 20);
  const late = await assertRejects(() => writer.write(full, { timeout: 50 })) as Error & { bytesWritten: number };
  assertEquals(late.name, "TimeoutError");
  assert(late.bytesWritten > 0 && late.bytesWritten < full.length, String(late.bytesWritten));
  left.close();
  await assertRejects(() => writer.write(new Uint8Array(1)), Error, "the socket is closed");
  right.close();

  const [one, other] = await connected();
  const second = new ZeroCopyWriter(one.socket);
  const pending = assertRejects(() => second.write(full)) as Promise<{ code?: string }>;
  await new Promise((resolve) => setTimeout(resolve, 20));
  one.close(); // nobody has read it
  assertEquals((await pending).code, "EBADF");
  other.close();

  const [ours, theirs] = await connected();
  const third = new ZeroCopyWriter(ours.socket);
  theirs.close();
  const error = await assertRejects(async () => {
    for (let i = 0; i < 100; i++) await third.write(new Uint8Array(10_000));
  }) as { code?: string };
  assert(["EPIPE", "ECONNRESET"].includes(error.code ?? ""), String(error));
  ours.close();
});

test("ZeroCopyWriter refuses a family without zero-copy, and values that are not bytes", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const refused = assertThrows(() => new ZeroCopyWriter(left)) as { code?: string };
  assert(["EOPNOTSUPP", "ENOTSUPP", "E524"].includes(refused.code ?? ""), String(refused));
  left.close();
  right.close();
  const [one, other] = await connected();
  const writer = new ZeroCopyWriter(one.socket);
  for (const wrong of [undefined, null, "text", 5, []]) {
    await assertRejects(() => writer.write(wrong as never), TypeError);
  }
  one.close();
  other.close();
});

test("ZeroCopyWriter sends to Python over a link", { needs: [...NAMESPACES, "python3"] }, async () => {
  await using pair = await namespacePair();
  const program = `import hashlib, socket
s = socket.create_server(("10.9.0.2", 0))
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
h = hashlib.sha256()
while data := c.recv(65536): h.update(data)
print(h.hexdigest(), flush=True)`;
  await using python = spawn("ip", ["netns", "exec", pair.right.name, "python3", "-c", program]);
  const port = Number(await python.line());
  const networkNamespace = pair.left.path;
  const conn = await TcpConn.connect({ hostname: "10.9.0.2", port, timeout: 5000, networkNamespace });
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const { copied } = await new ZeroCopyWriter(conn.socket).write(bytes);
  await conn.closeWrite();
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(await python.line(), Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  assertEquals(typeof copied, "boolean"); // over a veth, whose other end is on this machine, the kernel may do either
  conn.close();
});

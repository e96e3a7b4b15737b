import { C } from "../../ffi/mod.ts";
import {
  localCid,
  SO_VM_SOCKETS_BUFFER_MAX_SIZE,
  SO_VM_SOCKETS_BUFFER_MIN_SIZE,
  SO_VM_SOCKETS_BUFFER_SIZE,
  SO_VM_SOCKETS_CONNECT_TIMEOUT,
  VsockConn,
  VsockListener,
  type VsockSeqpacketConn,
  VsockSeqpacketListener,
} from "../../vsock/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn } from "../runner/mod.ts";

const cid = C.VMADDR_CID_LOCAL;
const guestTest = guestTests(guestHas(C.AF_VSOCK, C.SOCK_STREAM));

guestTest("VsockConn and socat answer each other, whoever listens", { needs: ["socat"] }, async () => {
  using listener = VsockListener.listen({});
  await using client = spawn("socat", ["-", `VSOCK-CONNECT:1:${listener.addr.port}`]);
  client.write("from socat\n");
  using server = await listener.accept({ timeout: 20_000 });
  assertEquals(await text(server), "from socat\n");
  assertEquals(server.remoteAddr.cid, cid);
  await server.write(new TextEncoder().encode("from us\n"));
  assertEquals(await client.line(), "from us");

  await using _echo = spawn("socat", ["VSOCK-LISTEN:7777", "EXEC:cat"]);
  using conn = await connected(() => VsockConn.connect({ cid, port: 7777 }));
  await conn.write(new TextEncoder().encode("there and back"));
  assertEquals(await text(conn), "there and back");
});

guestTest("VsockSeqpacketConn and Python answer each other with whole messages", { needs: ["python3"] }, async () => {
  using listener = VsockSeqpacketListener.listen({});
  const program = `import socket, sys
s = socket.socket(socket.AF_VSOCK, socket.SOCK_SEQPACKET)
s.connect((1, ${listener.addr.port}))
for text in (b"one", b"three"): s.send(text)
print(s.recv(100).decode(), s.recv(100).decode(), s.getsockname()[1], flush=True)`;
  await using python = spawn("python3", ["-S", "-E", "-c", program]);
  using conn = await listener.accept({ timeout: 20_000 });
  assertEquals([await message(conn), await message(conn)], ["one", "three"]);
  for (const answer of ["a", "bcd"]) await conn.send(new TextEncoder().encode(answer));
  assertEquals(await python.line(), `a bcd ${conn.remoteAddr.port}`);
  assertEquals(await conn.receive({ timeout: 20_000 }), null);
});

guestTest("VsockConn speaks with Deno's own vsock", {
  needs: ["run"],
  leaks: "Deno copies its console, once, where a program is slow",
}, async () => {
  using listener = VsockListener.listen({});
  const program = `const conn = await Deno.connect({ transport: "vsock", cid: 1, port: ${listener.addr.port} });
await conn.write(new TextEncoder().encode("from Deno"));
await conn.readable.pipeTo(Deno.stdout.writable);`;
  await using deno = spawn("deno", ["eval", "--unstable-vsock", program], { env: { NO_COLOR: "1" } });
  using conn = await listener.accept({ timeout: 40_000 });
  assertEquals(await text(conn), "from Deno");
  await conn.write(new TextEncoder().encode("to Deno"));
  conn.close();
  assertEquals((await deno.exit).stdout, "to Deno");
});

guestTest("the options of vsock, and what else the kernel tells", {}, async () => {
  using listener = VsockListener.listen({
    configure: (socket) => {
      socket.set(SO_VM_SOCKETS_BUFFER_MAX_SIZE, 1 << 20);
      socket.set(SO_VM_SOCKETS_BUFFER_MIN_SIZE, 4096);
      socket.set(SO_VM_SOCKETS_BUFFER_SIZE, 1 << 19);
      socket.set(SO_VM_SOCKETS_CONNECT_TIMEOUT, 1500);
    },
  });
  assertEquals(
    [SO_VM_SOCKETS_BUFFER_MAX_SIZE, SO_VM_SOCKETS_BUFFER_MIN_SIZE, SO_VM_SOCKETS_BUFFER_SIZE].map((option) =>
      listener.socket.get(option)
    ),
    [1 << 20, 4096, 1 << 19],
  );
  const time = listener.socket.get(SO_VM_SOCKETS_CONNECT_TIMEOUT);
  assert(time >= 1500 && time < 1520, String(time)); // in jiffies
  assert([C.VMADDR_CID_LOCAL, C.VMADDR_CID_ANY].includes(localCid()));
  assertEquals(listener.addr.cid, C.VMADDR_CID_ANY);
  const error = await assertRejects(() => VsockConn.connect({ cid, port: 4, timeout: 5000 }));
  assertEquals([(error as { code?: string }).code, error.message.includes("vsock:1:4")], ["ECONNRESET", true]);
  const taken = assertThrows(() => VsockListener.listen({ port: listener.addr.port }));
  assertEquals((taken as { code?: string }).code, "EADDRINUSE");
});

guestTest("vsock_echo.ts echoes to socat", {
  needs: ["run", "socat"],
  timeout: 120_000,
  skipOn: { node: "it starts Deno", bun: "it starts Deno" },
}, async () => {
  const program = ["run", "-A", "--no-check", "examples/vsock_echo.ts", "--port", "7070"];
  await using echo = spawn("deno", program, { env: { NO_COLOR: "1" } });
  assertEquals(await echo.line(), "listening on port 7070");
  await using client = spawn("socat", ["-", "VSOCK-CONNECT:1:7070"]);
  client.write("there and back\n");
  assertEquals(await client.line(), "there and back");
});

/** Tries until the other program listens. */
async function connected<T>(connect: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await connect();
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function text(conn: VsockConn): Promise<string> {
  const buffer = new Uint8Array(100);
  const n = await conn.read(buffer, { timeout: 20_000 });
  return new TextDecoder().decode(buffer.subarray(0, n ?? 0));
}

async function message(conn: VsockSeqpacketConn): Promise<string | undefined> {
  return new TextDecoder().decode((await conn.receive({ timeout: 20_000 }))?.data);
}

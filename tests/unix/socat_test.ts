import {
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { readFileSync } from "node:fs";
import { assertEquals, type Need, type Program, spawn, tempDir, test } from "../runner/mod.ts";

const needs: Need[] = ["read", "write", "env", "run"];
const SEQPACKET = "type=5,prototype=0";
const text = (message: { data: Uint8Array } | null) => new TextDecoder().decode(message?.data);
const bytes = (line: string) => new TextEncoder().encode(line);

function socatTest(title: string, fn: (folder: string) => Promise<void>): void {
  test(title, { needs: [...needs, "socat"] }, async () => {
    using dir = tempDir();
    await fn(dir.path);
  });
}

socatTest("socat connects to UnixSeqpacketListener", async (folder) => {
  using listener = UnixSeqpacketListener.listen({ path: `${folder}/s` });
  await using peer = socat("STDIO", `UNIX-CONNECT:${folder}/s,${SEQPACKET}`);
  using conn = await listener.accept();
  peer.write("from socat\n");
  assertEquals(text(await conn.receive()), "from socat\n");
  await conn.send(bytes("from us\n"));
  assertEquals(await peer.line(), "from us");
  peer.closeInput();
  assertEquals(await conn.receive(), null);
});

socatTest("UnixSeqpacketConn connects to socat", async (folder) => {
  await using peer = socat(`UNIX-LISTEN:${folder}/s,${SEQPACKET}`, "EXEC:cat");
  using conn = await retry(() => UnixSeqpacketConn.connect({ path: `${folder}/s` }));
  for (const line of ["a", "bc", "x".repeat(8000)]) {
    await conn.send(bytes(line));
    assertEquals(text(await conn.receive()), line);
  }
  conn.close();
  assertEquals((await peer.exit).code, 0);
});

socatTest("socat and abstract names find each other, both ways", async () => {
  const name = `sockets-${crypto.randomUUID()}`;
  {
    using listener = UnixListener.listen({ abstract: name });
    await using peer = socat("STDIO", `ABSTRACT-CONNECT:${name}`);
    using conn = await listener.accept();
    peer.write("hello\n");
    assertEquals(await conn.read(new Uint8Array(16)), 6);
  }
  await using peer = socat(`ABSTRACT-LISTEN:${name}`, "EXEC:cat");
  using conn = await retry(() => UnixConn.connect({ abstract: name }));
  await conn.write(bytes("echo"));
  const buffer = new Uint8Array(8);
  assertEquals(await conn.read(buffer), 4);
  conn.close();
  await peer.exit;
});

socatTest("socat's datagrams come to UnixDatagramSocket, and ours to it", async (folder) => {
  using socket = UnixDatagramSocket.bind({ path: `${folder}/s` });
  {
    await using peer = socat("STDIO", `UNIX-CLIENT:${folder}/s,type=2,bind=${folder}/c`);
    peer.write("one\n");
    const { data, addr } = await socket.receive();
    assertEquals([text({ data }), addr], ["one\n", { transport: "unixpacket", path: `${folder}/c` }]);
    await socket.send(bytes("two\n"), { addr });
    assertEquals(await peer.line(), "two");
  }
  await using _ = socat("-u", `UNIX-RECV:${folder}/r`, `CREATE:${folder}/out`);
  await retry(() => socket.send(bytes("three"), { addr: { path: `${folder}/r` } }));
  await retry(() => {
    assertEquals(readFileSync(`${folder}/out`, "utf8"), "three");
    return Promise.resolve();
  });
});

test("nc -lU and nc -U work with UnixConn and UnixListener", { needs: [...needs, "nc"] }, async () => {
  using dir = tempDir();
  using listener = UnixListener.listen({ path: `${dir.path}/s` });
  await using client = spawn("nc", ["-U", `${dir.path}/s`]);
  using conn = await listener.accept();
  client.write("ping\n");
  assertEquals(await conn.read(new Uint8Array(16)), 5);
  await conn.write(bytes("pong\n"));
  assertEquals(await client.line(), "pong");
  await using server = spawn("nc", ["-lU", `${dir.path}/n`]);
  using back = await retry(() => UnixConn.connect({ path: `${dir.path}/n` }));
  await back.write(bytes("to nc\n"));
  assertEquals(await server.line(), "to nc");
});

function socat(...addresses: string[]): Program {
  return spawn("socat", addresses);
}

/** Waits until the other program is ready, for at most 5 s. */
async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await attempt();
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

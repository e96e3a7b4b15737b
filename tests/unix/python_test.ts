import { libc } from "@berkeley/sockets/ffi";
import {
  encodeSockaddrUn,
  UnixConn,
  UnixDatagramSocket,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assertEquals, assertRejects, type Program, spawn, test } from "../runner/mod.ts";
import { bothTest, needs } from "./both_names.ts";

const PEER = fileURLToPath(new URL("peer.py", import.meta.url));
const MESSAGES = [new TextEncoder().encode("one"), new Uint8Array(0), new Uint8Array(60_000).fill(0x78)];

bothTest("UnixSeqpacketConn talks to Python's server", "python3", async (addr, name) => {
  await using peer = python("seqpacket-server", name);
  assertEquals(await peer.line(), "ready");
  using conn = await UnixSeqpacketConn.connect(addr);
  for (const message of MESSAGES) {
    await conn.send(message);
    assertEquals((await conn.receive())?.data, message);
  }
  await conn.closeWrite();
  assertEquals(await conn.receive(), null);
  assertEquals(await peer.line(), "end");
});

bothTest("UnixSeqpacketListener serves Python's client", "python3", async (addr, name) => {
  using listener = UnixSeqpacketListener.listen(addr);
  await using peer = python("seqpacket-client", name);
  using conn = await listener.accept();
  for (const message of MESSAGES) {
    assertEquals((await conn.receive())?.data, message);
    await conn.send(message);
  }
  assertEquals((await conn.receive())?.data, new Uint8Array(0));
  assertEquals(await peer.line(), "done");
  assertEquals(await conn.receive(), null);
});

bothTest("UnixDatagramSocket talks to Python's server, connected and not", "python3", async (addr, name) => {
  await using peer = python("datagram-server", name);
  assertEquals(await peer.line(), "ready");
  using socket = UnixDatagramSocket.bind({ autobind: true });
  for (const message of MESSAGES) {
    await socket.send(message, { addr });
    const answer = await socket.receive();
    assertEquals({ ...answer, addr: encodeSockaddrUn(answer.addr) }, {
      data: message,
      addr: encodeSockaddrUn(addr),
      truncated: false,
    });
  }
  await socket.connect(addr);
  await socket.send(Uint8Array.of(1));
  assertEquals((await socket.receive()).data, Uint8Array.of(1));
});

bothTest("UnixDatagramSocket serves Python's client", "python3", async (addr, name) => {
  using socket = UnixDatagramSocket.bind(addr);
  await using peer = python("datagram-client", name);
  for (const message of MESSAGES) {
    const { data, addr } = await socket.receive();
    assertEquals([data, addr], [message, {
      transport: "unixpacket",
      path: `\0py-${peer.pid}`,
      abstract: `py-${peer.pid}`,
    }]);
    await socket.send(data, { addr });
  }
  assertEquals(await peer.line(), "done");
});

bothTest("receiveMessage() takes what Python's send_fds sends", "python3", async (addr, name, folder) => {
  writeFileSync(`${folder}/one`, "first");
  writeFileSync(`${folder}/two`, "second");
  using listener = UnixSeqpacketListener.listen(addr);
  await using peer = python("send-fds", name, `${folder}/one`, `${folder}/two`);
  using conn = await listener.accept();
  using message = await conn.receiveMessage({ buffer: new Uint8Array(100), maxFds: 2 });
  assertEquals(await peer.line(), "done");
  assertEquals(new TextDecoder().decode(message?.data), "files");
  const texts = message?.fds.map(({ fd }) => {
    const text = new Uint8Array(16);
    return new TextDecoder().decode(text.subarray(0, libc().read(fd, text, 16n)));
  });
  assertEquals(texts, ["first", "second"]);
});

bothTest("sendMessage() sends what Python's recv_fds takes", "python3", async (addr, name, folder) => {
  const { closeSync, openSync } = await import("node:fs");
  writeFileSync(`${folder}/one`, "first");
  const file = openSync(`${folder}/one`, "r");
  using listener = UnixSeqpacketListener.listen(addr);
  await using peer = python("receive-fds", name);
  using conn = await listener.accept();
  await conn.sendMessage({ data: new TextEncoder().encode("files"), fds: [file] });
  assertEquals(await peer.line(), "files 0 first");
  closeSync(file);
});

bothTest("Python reads our SO_PEERCRED and our SCM_CREDENTIALS", "python3", async (addr, name) => {
  const ids = `${process.pid} ${process.getuid?.()} ${process.getgid?.()}`;
  {
    await using peer = python("peer-credentials", name);
    assertEquals(await peer.line(), "ready");
    using _ = await UnixConn.connect(addr);
    assertEquals(await peer.line(), ids);
    await peer.exit;
  }
  if ("path" in addr) (await import("node:fs")).unlinkSync(name);
  await using peer = python("credentials", name);
  assertEquals(await peer.line(), "ready");
  using conn = await UnixSeqpacketConn.connect(addr);
  await conn.receive();
  await conn.sendMessage({ data: Uint8Array.of(1), credentials: true });
  assertEquals(await peer.line(), ids);
});

test("a peer that closes with unread messages causes ECONNRESET", { needs: [...needs, "python3"] }, async () => {
  const abstract = `sockets-${crypto.randomUUID()}`;
  await using peer = python("close-with-unread", `@${abstract}`);
  assertEquals(await peer.line(), "ready");
  using conn = await UnixSeqpacketConn.connect({ abstract });
  await conn.send(Uint8Array.of(1));
  const error = await assertRejects(() => conn.receive());
  assertEquals((error as { code?: string }).code, "ECONNRESET");
  assertEquals(await conn.receive(), null);
  assertEquals((await assertRejects(() => conn.send(Uint8Array.of(1))) as { code?: string }).code, "EPIPE");
});

test("a peer that is killed ends the connection", { needs: [...needs, "python3"] }, async () => {
  const abstract = `sockets-${crypto.randomUUID()}`;
  await using peer = python("seqpacket-server", `@${abstract}`);
  assertEquals(await peer.line(), "ready");
  using conn = await UnixSeqpacketConn.connect({ abstract });
  await conn.send(Uint8Array.of(1));
  assertEquals((await conn.receive())?.data, Uint8Array.of(1));
  peer.kill();
  assertEquals(await conn.receive({ timeout: 10_000 }), null);
  assertEquals((await assertRejects(() => conn.send(Uint8Array.of(1))) as { code?: string }).code, "EPIPE");
});

function python(...args: string[]): Program {
  return spawn("python3", [PEER, ...args]);
}

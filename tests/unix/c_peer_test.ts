import { libc } from "@berkeley/sockets/ffi";
import { SO_PASSCRED } from "@berkeley/sockets/socket";
import {
  peerCredentials,
  type UnixAbstractAddr,
  UnixConn,
  UnixDatagramSocket,
  type UnixDestination,
  UnixListener,
  type UnixMessage,
  type UnixPathAddr,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { closeSync, openSync, writeFileSync } from "node:fs";
import process from "node:process";
import { compileC } from "../peers/c_program.ts";
import { assertEquals, assertInstanceOf, type Program, spawn } from "../runner/mod.ts";
import { bothTest } from "./both_names.ts";

const PEER = new URL("../peers/unix_peer.c", import.meta.url);
const timeout = 10_000;

type Kind = "stream" | "seqpacket" | "datagram";
type Way = "C connects to us" | "we connect to C";

/** Our end, the C program at the other, and where a datagram to it goes. */
interface Talk extends AsyncDisposable {
  end: UnixConn | UnixSeqpacketConn | UnixDatagramSocket;
  peer: Program;
  to: { addr?: UnixDestination };
}

/**
 * Connects both ends; C accepts messages of that many bytes and descriptors. What C prints about us is not read yet.
 */
async function meet(
  kind: Kind,
  way: Way,
  [addr, name]: [UnixPathAddr | UnixAbstractAddr, string],
  [size, fds] = [65536, 8],
): Promise<Talk> {
  const c = async (role: string) => spawn(await compileC(PEER), [kind, role, name, String(size), String(fds)]);
  const talk = (end: Talk["end"], peer: Program, to: Talk["to"] = {}): Talk => ({
    end,
    peer,
    to,
    async [Symbol.asyncDispose]() {
      end.close();
      await peer[Symbol.asyncDispose]();
    },
  });
  if (way === "we connect to C") {
    const peer = await c("listen");
    assertEquals(await peer.line(), "ready");
    if (kind === "stream") return talk(await UnixConn.connect(addr), peer);
    if (kind === "seqpacket") return talk(await UnixSeqpacketConn.connect(addr), peer);
    return talk(datagramSocket({ autobind: true }), peer, { addr });
  }
  if (kind === "datagram") {
    const socket = datagramSocket(addr);
    const peer = await c("connect");
    const { data, addr: from } = await socket.receive({ timeout });
    assertEquals(text(data), "hello");
    return talk(socket, peer, { addr: from });
  }
  using listener = kind === "stream" ? UnixListener.listen(addr) : UnixSeqpacketListener.listen(addr);
  const peer = await c("connect");
  const conn = await listener.accept({ timeout });
  using hello = await conn.receiveMessage({ buffer: new Uint8Array(5), timeout });
  assertEquals(text(hello?.data), "hello");
  return talk(conn, peer);
}

function datagramSocket(addr: Parameters<typeof UnixDatagramSocket.bind>[0]): UnixDatagramSocket {
  return UnixDatagramSocket.bind({ ...addr, configure: (socket) => socket.set(SO_PASSCRED, true) });
}

/** Sends a message and takes the answer. */
async function exchange(
  { end, to }: Talk,
  data: Uint8Array,
  fds: number[],
  [size, maxFds]: [number, number],
): Promise<UnixMessage> {
  await end.sendMessage({ data, fds, ...to }, { timeout });
  const message = await end.receiveMessage({ buffer: new Uint8Array(size), maxFds, timeout });
  if (message === null) throw new Error("the connection has ended");
  return message;
}

function text(data?: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** The contents of a file, from its current position. */
function contents(fd: number): string {
  const data = new Uint8Array(100);
  return text(data.subarray(0, Math.max(0, libc().read(fd, data, 100n))));
}

function allTest(
  kinds: Kind[],
  title: string,
  fn: (kind: Kind, way: Way, at: [UnixPathAddr | UnixAbstractAddr, string], folder: string) => Promise<void>,
): void {
  for (const kind of kinds) {
    for (const way of ["C connects to us", "we connect to C"] as const) {
      bothTest(`${kind}: ${title}, where ${way}`, "cc", (addr, name, folder) => fn(kind, way, [addr, name], folder));
    }
  }
}

allTest(["stream"], "a megabyte goes to a C program and back, and so does the end", async (kind, way, at) => {
  await using talk = await meet(kind, way, at);
  const { end, peer } = talk;
  assertInstanceOf(end, UnixConn);
  const sent = new Uint8Array(1_000_000).map((_, i) => (i * 7919) >> 8);
  const reading = new Response(end.readable).arrayBuffer(); // to the end, which comes after C has seen ours
  await end.write(sent);
  await end.closeWrite();
  assertEquals(new Uint8Array(await reading), sent);
  const { code, stdout, stderr } = await peer.exit;
  assertEquals([code, stdout.split("\n").at(-2), stderr], [0, "end", ""]);
});

allTest(["seqpacket", "datagram"], "messages go to a C program and back, empty ones too", async (kind, way, at) => {
  await using talk = await meet(kind, way, at);
  const { end, peer } = talk;
  if (kind === "seqpacket") await peer.line(); // who we are
  for (const size of [3, 0, 60_000, 0, 0]) {
    const sent = crypto.getRandomValues(new Uint8Array(size));
    using message = await exchange(talk, sent, [], [65536, 0]);
    assertEquals([message.data, message.truncated, message.controlTruncated], [sent, false, false]);
    if (kind === "datagram") await peer.line(); // who we are
    assertEquals(await peer.line(), String(size));
  }
  if (!(end instanceof UnixSeqpacketConn)) return;
  await end.send(new Uint8Array(0));
  await end.closeWrite();
  assertEquals([await peer.line(), await peer.line()], ["0", "end"]); // C tells an empty message from the end, …
  assertEquals((await end.receive({ timeout }))?.data, new Uint8Array(0));
  assertEquals(await end.receive({ timeout }), null); // … and so do we
  const { code, stderr } = await peer.exit;
  assertEquals([code, stderr], [0, ""]);
});

allTest(["stream", "seqpacket", "datagram"], "a C program and we know who the other is", async (kind, way, at) => {
  await using talk = await meet(kind, way, at);
  using message = await exchange(talk, Uint8Array.of(1), [], [1, 0]);
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  // Datagrams have no SO_PEERCRED, but each has SCM_CREDENTIALS.
  const other = kind === "datagram" ? message.credentials : peerCredentials(talk.end);
  assertEquals(other, { pid: talk.peer.pid, uid, gid });
  assertEquals(await talk.peer.line(), `peer ${process.pid} ${uid} ${gid}`);
});

allTest(
  ["stream", "seqpacket", "datagram"],
  "descriptors go to a C program and come back",
  async (kind, way, at, folder) => {
    await using talk = await meet(kind, way, at);
    writeFileSync(`${folder}/one`, "first");
    writeFileSync(`${folder}/two`, "second");
    const files = ["one", "two"].map((file) => openSync(`${folder}/${file}`, "r"));
    using message = await exchange(talk, new TextEncoder().encode("files"), files, [100, 1]);
    for (const file of files) closeSync(file);
    assertEquals([text(message.data), message.fds.length, message.controlTruncated], ["files", 1, false]);
    assertEquals(contents(message.fds[0]?.fd ?? -1), "C has read 2");
    await talk.peer.line(); // who we are
    assertEquals(await talk.peer.line(), "5 first second");
  },
);

allTest(
  ["seqpacket", "datagram"],
  "each side tells that a message was cut off, and takes the next whole",
  async (kind, way, at) => {
    await using talk = await meet(kind, way, at, [4, 0]);
    const told = async (): Promise<string | undefined> => {
      if (kind === "datagram") await talk.peer.line(); // who we are
      return await talk.peer.line();
    };
    if (kind === "seqpacket") await talk.peer.line();
    for (
      const [sent, theirs, size, ours, truncated] of [
        ["0123456789", "4 truncated", 4, "0123", false], // C cuts it off, and echoes what it got
        ["abc", "3", 2, "ab", true], // we do
        ["wxyz", "4", 4, "wxyz", false],
      ] as const
    ) {
      using message = await exchange(talk, new TextEncoder().encode(sent), [], [size, 0]);
      assertEquals([await told(), text(message.data), message.truncated], [theirs, ours, truncated]);
    }
  },
);

allTest(
  ["stream", "seqpacket", "datagram"],
  "each side tells that descriptors were cut off, and leaks none",
  async (kind, way, at, folder) => {
    await using talk = await meet(kind, way, at, [100, 1]);
    writeFileSync(`${folder}/f`, "file");
    const file = openSync(`${folder}/f`, "r");
    using message = await exchange(talk, Uint8Array.of(1), [file, file, file], [8, 0]);
    closeSync(file);
    assertEquals([message.data, message.fds, message.controlTruncated], [Uint8Array.of(1), [], true]);
    await talk.peer.line(); // who we are
    assertEquals(await talk.peer.line(), "1 control truncated file");
  },
);

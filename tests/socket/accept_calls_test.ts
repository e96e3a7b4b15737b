import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { C, check, libc } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, type Permission, spawn, spawnScript, tempDir, test } from "../runner/mod.ts";

const needs: Permission[] = ["run", "read", "write", "env"];
const INET = new URL("../../inet/mod.ts", import.meta.url);

/** Echoes what each connection sends, until there were 300. */
const SERVER = `
import { TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
let left = 300;
for await (const conn of listener) {
  const buffer = new Uint8Array(8);
  for (let n; (n = await conn.read(buffer)) !== null;) await conn.write(buffer.subarray(0, n));
  conn.close();
  if (--left === 0) break;
}
`;

/** One connection after the other: a byte there and back, and the end. */
const CLIENT = `
import socket, sys
for _ in range(300):
    peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    peer.sendall(b"x")
    assert peer.recv(1) == b"x"
    peer.shutdown(socket.SHUT_WR)
    assert peer.recv(1) == b""
    peer.close()
`;

test("a connection needs no system call that C does not make, except one getsockname()", {
  needs: [...needs, "strace", "python3"],
}, async () => {
  using dir = tempDir();
  const log = `${dir.path}/calls`;
  const calls = "accept4,epoll_ctl,recvfrom,sendto,close,getsockopt,setsockopt,shutdown,getpeername,getsockname,fcntl";
  await using server = spawnScript(SERVER, ["strace", "-f", "-o", log, "-e", `trace=${calls}`]);
  const port = await server.line();
  await using client = spawn("python3", ["-c", CLIENT, port ?? ""]);
  assertEquals((await client.exit).code, 0);
  await server.exit;
  // The calls after the first accept4() that returned a connection, up to the last.
  const text = readFileSync(log, "utf8");
  const made = [...text.matchAll(/accept4[^\n]* = \d+$/gm)].map(({ index }) => index);
  assertEquals(made.length, 300);
  const counts: Record<string, number> = {};
  const count = (name: string) => counts[name] = (counts[name] ?? 0) + 1 / 200;
  const some = text.slice(made[50], made[250]);
  // The event loop of Node changes its own epoll instance now and then.
  const ours = [...some.matchAll(/epoll_ctl\((\d+), EPOLL_CTL_ADD/g)].at(-1)?.[1];
  for (const [, name = "", first] of some.matchAll(/^\d+ +(\w+)\((\d+)/gm)) {
    if (name !== "recvfrom" && (name !== "epoll_ctl" || first === ours)) count(name);
  }
  // The byte and the end; and, where the client is late, a call that finds nothing before each, as in C.
  for (const [, result] of some.matchAll(/recvfrom[^\n]* = (-1|\d)/g)) count(result === "-1" ? "late" : "recvfrom");
  const { accept4, epoll_ctl, recvfrom, sendto, close, getsockname, late = 0, ...others } = counts;
  const all = JSON.stringify(counts);
  for (const once of [epoll_ctl, sendto, close, getsockname]) assert(once !== undefined && once < 1.1, all);
  // The second accept4() finds nothing, as in C: an edge does not tell how many connections it stands for.
  for (const twice of [accept4, recvfrom, late]) assert(twice !== undefined && twice < 2.2, all);
  for (const other of Object.values(others)) assert(other < 0.1, all);
});

/** The descriptors that this process has in an epoll instance. */
function watched(): Set<number> {
  const fds = new Set<number>();
  for (const fd of readdirSync("/proc/self/fd")) {
    let info = "";
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).includes("eventpoll")) continue;
      info = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    } catch {
      continue; // the one that listed the folder
    }
    for (const [, number] of info.matchAll(/^tfd: +(\d+)/gm)) fds.add(Number(number));
  }
  return fds;
}

const DUPLICATES: Record<string, (socket: Socket, fd: number) => number> = {
  "none": () => -1,
  "one by dup()": (socket) => socket.dup().detach(),
  "one made of its number": (socket) => check(libc().fcntl(socket.fd, C.F_DUPFD_CLOEXEC, 0n), "fcntl"),
};
for (const [name, duplicate] of Object.entries(DUPLICATES)) {
  test(`a closed socket is watched no longer, with ${name} as duplicate`, { needs: ["read"] }, async () => {
    const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
    const [near, far] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM); // keeps the poller open
    const before = watched();
    const waits = [left, far].map((socket) => socket.read(new Uint8Array(1)).catch(() => null));
    const added = [...watched()].filter((fd) => !before.has(fd) && fd !== far.fd);
    const fd = Math.min(...added); // not read from the socket: that alone makes it one with duplicates
    assert(added.length > 0);
    const other = duplicate(left, fd);
    left.close();
    assert(!watched().has(fd), `${fd} is watched`);
    if (other >= 0) libc().close(other);
    for (const socket of [right, near, far]) socket.close();
    await Promise.all(waits);
  });
}

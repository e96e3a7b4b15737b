import { chmodSync, existsSync, linkSync, lstatSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { closeFd, libc } from "../../ffi/mod.ts";
import { fchmod, fstat, openLocked } from "../../ffi/file.ts";
import { C } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import {
  encodeSockaddrUn,
  keepSocketFile,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketListener,
} from "../../unix/mod.ts";
import { setMode } from "../../unix/socket_file.ts";
import { assert, assertEquals, assertThrows, tempDir, test } from "../runner/mod.ts";

const needs = ["read", "write", "env"] as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test(
  "a mode changes only the file that bind(2) has just made, and no other at its path",
  { needs: [...needs] },
  () => {
    using dir = tempDir();
    const [secret, link, hard, other] = ["secret", "link", "hard", "other"].map((name) => `${dir.path}/${name}`) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(secret, "private");
    chmodSync(secret, 0o600);
    symlinkSync(secret, link);
    linkSync(secret, hard);
    using earlier = UnixListener.listen({ path: other, mode: 0o600 });
    using socket = Socket.open(C.AF_UNIX, C.SOCK_STREAM);
    fchmod(socket.fd, 0o666);
    assert(fstat(socket.fd).changed > BigInt(Date.now() - 10_000) * 1_000_000n, "fchmod(2) tells no time");
    for (const path of [secret, link, hard, other]) {
      const own = fstat(socket.fd);
      // File times advance in steps: files made in the same step cannot be told apart by them.
      const later = { ...own, changed: own.changed + (path === other ? 1_000_000_000n : 0n) };
      assertThrows(() => setMode(bytes(path), 0o666, later, path), Error, "another file has taken its place");
    }
    linkSync(other, `${other} too`);
    assertThrows(() => setMode(bytes(`${other} too`), 0o666, fstat(earlier.socket.fd), other), Error, "another file");
    assertEquals([secret, other].map((path) => lstatSync(path).mode & 0o777), [0o600, 0o600]);
  },
);

test("users who may not write to the folder cannot prevent replaceStale", { needs: [...needs] }, () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  // The lock of earlier versions: an abstract name, which any user could bind first.
  const folder = fstatOf(dir.path);
  using _squatter = UnixDatagramSocket.bind({ abstract: `replace ${folder.device} ${folder.inode} s` });
  using _listener = UnixListener.listen({ path, replaceStale: true });
  assertEquals(readdirSync(dir.path), ["s"]); // no lock is left
});

test("replaceStale does not wait for its lock, and follows no link", { needs: [...needs] }, () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  const lock = openLocked(bytes(`${path}.lock`));
  assert(lock !== undefined);
  assertEquals(lstatSync(`${path}.lock`).mode & 0o777, 0o600);
  assertThrows(() => UnixListener.listen({ path, replaceStale: true }), Error, "EADDRINUSE");
  closeFd(lock);
  libc().unlink(bytes(`${path}.lock\0`));
  symlinkSync(`${dir.path}/victim`, `${path}.lock`);
  assertThrows(() => UnixListener.listen({ path, replaceStale: true }), Error, "ELOOP");
  assert(!existsSync(`${dir.path}/victim`));
  libc().unlink(bytes(`${path}.lock\0`));
  writeFileSync(`${path}.lock`, ""); // as a program leaves it if it is killed at the wrong time
  using _ = UnixListener.listen({ path, replaceStale: true });
  assertEquals(readdirSync(dir.path), ["s"]);
});

test("keepSocketFile() keeps the file for a successor, for every kind of socket", { needs: [...needs] }, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  const BINDERS = [
    () => UnixListener.listen({ path, replaceStale: true }),
    () => UnixSeqpacketListener.listen({ path, replaceStale: true }),
    () => UnixDatagramSocket.bind({ path, replaceStale: true }),
  ];
  for (const bind of BINDERS) {
    const owner = bind();
    keepSocketFile(owner);
    owner.close();
    assert(existsSync(path));
  }
  const first = UnixListener.listen({ path, replaceStale: true });
  const second = new UnixListener(first.socket.dup());
  keepSocketFile(first);
  first.close();
  using _client = await UnixConn.connect({ path });
  using _server = await second.accept();
  second.close();
});

/** Leaves the file of a socket that nobody receives on. */
function leaveStale(path: string): void {
  const socket = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  socket.bind(encodeSockaddrUn({ path }));
  socket.close();
}

function fstatOf(path: string): ReturnType<typeof fstat> {
  const fd = libc().open(bytes(`${path}\0`), C.O_RDONLY | C.O_CLOEXEC);
  const status = fstat(fd);
  closeFd(fd);
  return status;
}

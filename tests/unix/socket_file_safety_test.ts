import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
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
import { assert, assertEquals, assertThrows, spawn, spawnScript, tempDir, test } from "../runner/mod.ts";

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

for (const [kind, put] of Object.entries({ symbolic: symlinkSync, hard: linkSync })) {
  test(`a ${kind} link that is put in place between bind(2) and the change of the mode gets no mode`, {
    needs: [...needs, "run", "strace"],
  }, async () => {
    using dir = tempDir();
    const [secret, path] = [`${dir.path}/secret`, `${dir.path}/s`];
    writeFileSync(secret, "private", { mode: 0o600 });
    const script = `import { UnixListener } from "${new URL("../../unix/mod.ts", import.meta.url)}";
      try {
        UnixListener.listen({ path: ${JSON.stringify(path)}, mode: 0o666 });
      } catch ({ code, syscall }) {
        console.log(code, syscall);
      }`;
    // bind(2) returns a second late.
    const inject = ["-e", "trace=bind", "-e", "inject=bind:delay_exit=1000000"];
    await using program = spawnScript(script, ["strace", "-f", "-qq", "-o", "/dev/null", ...inject]);
    while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
    unlinkSync(path);
    put(secret, path);
    const { stdout, stderr } = await program.exit;
    assertEquals([stdout, lstatSync(secret).mode & 0o777], ["EACCES chmod\n", 0o600], stderr);
  });
}

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

/** Tries to create the lock, then to take it, says what came of each, and stays. */
const SQUATTER = `
if (exec 9>>"$1.lock") 2>/dev/null; then echo created; else echo refused; fi
if (exec 9<"$1.lock") 2>/dev/null; then exec 9<"$1.lock"; flock -n 9 && echo locked || echo "not locked"; else echo refused; fi
read line`;
test("another user cannot prevent replaceStale by holding its lock: one that he may open is refused", {
  needs: [...needs, "run", "CAP_SETUID"],
}, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  chmodSync(dir.path, 0o755);
  const other = ["--reuid=12345", "--regid=12345", "--clear-groups", "sh", "-c", SQUATTER, "sh", path];
  for (const left of [undefined, 0o600, 0o644] as const) {
    leaveStale(path);
    if (left !== undefined) writeFileSync(`${path}.lock`, "", { mode: left });
    await using squatter = spawn("setpriv", other);
    const taken = [await squatter.line(), await squatter.line()];
    assertEquals(taken, ["refused", left === 0o644 ? "locked" : "refused"]);
    const listen = () => UnixListener.listen({ path, replaceStale: true }).close();
    if (left === 0o644) assertThrows(listen, Error, ".lock: other users may open that file, too");
    else listen();
  }
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
  writeFileSync(`${path}.lock`, "", { mode: 0o600 }); // as a program leaves it if it is killed at the wrong time
  using _ = UnixListener.listen({ path, replaceStale: true });
  assertEquals(readdirSync(dir.path), ["s"]);
});

test("replaceStale does not remove a file that only has the name of its lock", { needs: [...needs] }, () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  writeFileSync(`${path}.lock`, "4711", { mode: 0o600 }); // the process id of the service, say
  using _ = UnixListener.listen({ path, replaceStale: true });
  assertEquals(readFileSync(`${path}.lock`, "utf8"), "4711");
});

test("an abstract name with a mode is refused, and replaceStale that is no Boolean", { needs: [...needs] }, () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  const replaceStale = "false" as unknown as boolean;
  assertThrows(() => UnixListener.listen({ path, replaceStale }), TypeError, 'true or false: current value is "false"');
  const abstract = `mode-${crypto.randomUUID()}`;
  assertThrows(() => UnixListener.listen({ abstract, mode: 0o600 }), TypeError, "an abstract name has no mode");
  assertThrows(() => UnixDatagramSocket.bind({ autobind: true, mode: 0o600 }), TypeError, "has no mode");
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

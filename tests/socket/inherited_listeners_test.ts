import { writeFileSync } from "node:fs";
import process from "node:process";
import { runtime } from "../../ffi/mod.ts";
import { assertEquals, spawn, tempDir, test } from "../runner/mod.ts";

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

// Has a listener as descriptor 3, and a file as descriptor 4, as systemd would for a service with ListenSpecial=.
const ACTIVATE = `
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
f = os.open("/dev/null", os.O_RDONLY)
os.dup2(os.dup(f), 20)
os.dup2(s.fileno(), 21)
os.dup2(21, 3)
os.dup2(20, 4)
os.environ.update(LISTEN_FDS="2", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])`;

test(
  "inheritedListeners() leaves all alone where one is no socket",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    using dir = tempDir();
    writeFileSync(
      `${dir.path}/program.mjs`,
      `
import { C, libc } from "${FFI}";
import { inheritedListeners } from "${SOCKET}";
for (let i = 0; i < 2; i++) {
  try {
    inheritedListeners();
  } catch ({ code }) {
    console.log(code, libc().fcntl(3, C.F_GETFL, 0n) & C.O_NONBLOCK, libc().fcntl(3, C.F_GETFD, 0n));
  }
}
`,
    );
    const start = runtime() === "deno" ? ["run", "--quiet", "-A"] : [];
    await using python = spawn("python3", ["-c", ACTIVATE, process.execPath, ...start, `${dir.path}/program.mjs`]);
    const { stdout, stderr } = await python.exit;
    assertEquals(stdout, "ENOTSOCK 0 0\nENOTSOCK 0 0\n", stderr);
  },
);

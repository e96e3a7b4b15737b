import { assertEquals, type Need, spawnScript, test } from "../runner/mod.ts";

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const UNIX = new URL("../../unix/mod.ts", import.meta.url);

// Passes a listener as descriptor 3, and as descriptor 4 a file, as systemd does with ListenSpecial=, or a datagram
// socket. The arguments are LISTEN_FDS, what descriptor 4 is, and what is added to LISTEN_PID.
const ACTIVATE = `
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
f = os.open("/dev/null", os.O_RDONLY) if sys.argv[2] == "file" else socket.socket(type=socket.SOCK_DGRAM).detach()
os.dup2(os.dup(f), 20)
os.dup2(s.fileno(), 21)
os.dup2(21, 3)
os.dup2(20, 4)
os.environ.update(LISTEN_FDS=sys.argv[1], LISTEN_PID=str(os.getpid() + int(sys.argv[3])), LISTEN_FDNAMES="web")
os.execv(sys.argv[4], sys.argv[4:])`;

const needs: Need[] = ["python3"];

/** Runs the code, after imports of `C`, `libc` and `inheritedListeners`, as a service; returns what it prints. */
async function serve(count: string, program: string, fourth = "file", otherPid = "0"): Promise<string> {
  const imports = `import { C, libc } from "${FFI}";\nimport { inheritedListeners } from "${UNIX}";\n`;
  await using service = spawnScript(imports + program, ["python3", "-c", ACTIVATE, count, fourth, otherPid]);
  const { code, stdout, stderr } = await service.exit;
  assertEquals(code, 0, stderr);
  return stdout;
}

test("inheritedListeners() changes nothing if one descriptor is not a socket", { needs }, async () => {
  const program = `
    const flags = () => [libc().fcntl(3, C.F_GETFL, 0n), libc().fcntl(3, C.F_GETFD, 0n)].join();
    const before = flags(); // Node makes it close-on-exec by itself
    for (let i = 0; i < 2; i++) {
      try {
        inheritedListeners();
      } catch ({ code, message }) {
        console.log(code, flags() === before || flags(), message);
      }
    }`;
  const told = "Cannot take the inherited listeners: LISTEN_FDS is 2, but descriptor 4 is no socket (ENOTSOCK)";
  assertEquals(await serve("2", program), `ENOTSOCK true ${told}\nENOTSOCK true ${told}\n`);
});

test("inheritedListeners() takes a socket once", { needs }, async () => {
  const program = `
    const [{ name, socket, family, type }] = inheritedListeners();
    console.log(name, socket.fd, family === C.AF_INET, type === C.SOCK_STREAM);
    console.log((libc().fcntl(3, C.F_GETFL, 0n) & C.O_NONBLOCK) !== 0, libc().fcntl(3, C.F_GETFD, 0n));
    try { inheritedListeners(); } catch (error) { console.log(String(error)); }`;
  const [first, second, third] = (await serve("1", program)).split("\n");
  assertEquals([first, second], ["web 3 true true", "true 1"]);
  assertEquals(third, "TypeError: Cannot take the inherited listeners a second time");
});

test("inheritedListeners() takes several sockets in order, and names one that has no name", { needs }, async () => {
  const program = `
    for (const { name, socket, type } of inheritedListeners()) console.log(name, socket.fd, type === C.SOCK_DGRAM);`;
  assertEquals(await serve("2", program, "socket"), "web 3 false\nunknown 4 true\n");
});

test("inheritedListeners() returns none, however often, if there are none", { needs }, async () => {
  assertEquals(await serve("0", "console.log(inheritedListeners().length, inheritedListeners().length);"), "0 0\n");
});

test("inheritedListeners() ignores sockets meant for another program", { needs }, async () => {
  const program = "console.log(inheritedListeners().length, libc().fcntl(3, C.F_GETFL, 0n) & C.O_NONBLOCK);";
  assertEquals(await serve("1", program, "file", "1"), "0 0\n");
});

test("inheritedListeners() refuses an invalid LISTEN_FDS", { needs }, async () => {
  const program = "try { console.log(inheritedListeners()); } catch ({ message }) { console.log(message); }";
  const refused = "Cannot take the inherited listeners as LISTEN_FDS must be a number: current value is ";
  for (const count of ["two", "-1", "1.5"]) assertEquals(await serve(count, program), `${refused}"${count}"\n`);
});

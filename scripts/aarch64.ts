/**
 * Runs the tests that use the kernel or C on aarch64, where `struct epoll_event` and the calling convention differ, in
 * qemu's user mode: Deno for aarch64 from npm, beside Debian's libc for aarch64. The peers in Python are this machine's
 * own. Codecs and frames are pure code, the same everywhere, and are left out.
 *
 * @module
 */
import { installMissing, unpackNpm, unpackPackage } from "./guest/packages.ts";
import { parseJunit, unknownTests } from "./runtimes/junit.ts";

const root = new URL("..", import.meta.url).pathname;
const cache = `${root}.cache/aarch64/`;
const QEMU = "qemu-aarch64-static";
/** The newest version on npm for this processor. */
const VERSION = "2.9.5";
const TESTS = [
  "backends/background",
  "backends/memory",
  "conformance/tcp",
  "conformance/unix",
  "conformance/unix_message",
  "ffi/errno",
  "ffi/lookup_addrinfo",
  "inet/connect_first",
  "inet/raw",
  "inet/sockaddr_kernel",
  "inet/tcp_conn",
  "inet/tcp_features",
  "inet/tcp_listener",
  "inet/udp",
  "node/hand_over",
  "rpc/message",
  "socket/ancillary_python",
  "socket/control_message",
  "socket/message_batch",
  "socket/socket",
  "socket/socket_state",
  "socket/wait_all",
  "unix/message",
  "unix/python",
  "unix/socket_file",
].map((name) => `tests/${name}_test.ts`);

const NO_OPTION = "qemu's user mode does not pass this socket option on";
/** The tests in these files that cannot run under qemu, and why. */
const SKIPPED = {
  "Multipath TCP is used if both ends support it, and a fallback is reported": NO_OPTION,
  "SO_RXQ_OVFL counts the datagrams that the receive buffer had no room for": NO_OPTION,
  "TCP_INFO agrees with ss of iproute2": NO_OPTION,
  "TCP_INFO of a listener reports its queue": NO_OPTION,
  "TCP_SAVED_SYN is the SYN of the accepted connection": NO_OPTION,
  "datagram: SCM_PIDFD is a descriptor of the sender": NO_OPTION,
  "every constructor that fails leaves no descriptor": "qemu's user mode returns another error for a wrong protocol",
  "TCP fast open carries data with the SYN, at both ends": NO_OPTION,
  "joining an invalid group or on an unknown interface is an error that names it": NO_OPTION,
  "receiveMessage() returns PKTINFO, TTL, TOS and the time of a datagram from Python": NO_OPTION,
  "replaceStale of a slow program never removes a file that another has bound": "strace sees qemu",
  "seqpacket: SCM_PIDFD is a descriptor of the sender": NO_OPTION,
  "stream: SCM_PIDFD is a descriptor of the sender": NO_OPTION,
  "the file never has more permissions than its mode, as strace sees it": "strace sees qemu",
};
/** A Deno for another processor must not change the packages that this one uses. */
const FLAGS = ["test", "-A", "--no-check", "--no-lock", "--node-modules-dir=none"];

if (Deno.args.some((arg) => arg.startsWith("-"))) {
  console.log("Usage: deno task test:aarch64 [FILE...]\n\nRuns the socket tests on aarch64, or only these files.");
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
await installMissing({ [QEMU]: "qemu-user-static" });
const libraries = ["libc6-arm64-cross", "libgcc-s1-arm64-cross"];
for (const name of libraries) await unpackPackage(name, `${cache}${name}`);
const [libc, libgcc] = libraries.map((name) => `${cache}${name}/usr/aarch64-linux-gnu`);
const folder = `${cache}deno-${VERSION}`;
await unpackNpm(`@deno/linux-arm64-glibc@${VERSION}`, folder);
const deno = `${folder}/deno`;
await Deno.chmod(deno, 0o755);
const tests = Deno.args.length > 0 ? Deno.args : TESTS;
const junit = `${cache}results.xml`;
const [program, ...rest] = [QEMU, "-L", libc ?? "", "-E", `LD_LIBRARY_PATH=${libgcc}/lib`, deno];
const { code } = await new Deno.Command(program, {
  args: [...rest, ...FLAGS, `--junit-path=${junit}`, ...tests],
  cwd: root,
  env: {
    SKIP_TESTS: JSON.stringify(SKIPPED),
    TEST_RUNTIME: JSON.stringify([program, ...rest]),
    BULK_MESSAGES: "20000",
  },
}).spawn().status;
const unknown = Deno.args.length > 0 ? [] : unknownTests(SKIPPED, parseJunit(await Deno.readTextFile(junit)));
if (unknown.length > 0) console.error(`There are no such tests to skip: ${unknown.join("; ")}`);
Deno.exit(code || unknown.length);

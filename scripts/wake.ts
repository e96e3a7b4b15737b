/**
 * Runs the suites of streams and messages with io_uring refused, as in many containers: there, a thread wakes a program
 * that waits. Where io_uring is allowed, `deno test` runs them with it.
 *
 * ```text
 * deno run -A scripts/wake.ts [FILE…]
 * ```
 *
 * @module
 */
import { root } from "./npm_package.ts";

/** A command that makes the system call fail as a container's seccomp profile does, without privileges. */
const REFUSE = `
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
SYS_io_uring_setup, EPERM, ALLOW, ERRNO = 425, 1, 0x7fff0000, 0x00050000
# struct sock_filter { u16 code; u8 jt, jf; u32 k; }: load the number of the call, compare, return
program = b"".join(struct.pack("HBBI", *line) for line in [
    (0x20, 0, 0, 0), (0x15, 0, 1, SYS_io_uring_setup), (0x06, 0, 0, ERRNO | EPERM), (0x06, 0, 0, ALLOW)])
code = ctypes.create_string_buffer(program)
fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, fprog, 0, 0):
    sys.exit("Cannot refuse io_uring: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
`;

const FILES = [
  "tests/conformance/unix_test.ts",
  "tests/conformance/unix_message_test.ts",
  "tests/backends/wake_test.ts",
  "tests/socket/ending_test.ts",
  "tests/socket/poll_unref_test.ts",
  "tests/socket/poller_test.ts",
  "tests/socket/readiness_test.ts",
];

const files = Deno.args.length > 0 ? Deno.args : FILES;
const args = ["-c", REFUSE, Deno.execPath(), "test", "-A", "--no-check", ...files];
const { success } = await new Deno.Command("python3", { args, cwd: root, stdin: "null" }).spawn().status;
Deno.exit(success ? 0 : 1);

/**
 * Runs a command with the capabilities that Docker gives by default, and with the system calls refused that it refuses
 * and sockets need: as in a container on a fresh machine.
 *
 * ```text
 * deno run -A scripts/container.ts deno test -A
 * ```
 *
 * @module
 */

/** Drops capabilities, installs a filter of system calls, and becomes the command. */
const CONTAIN = `
import ctypes, os, platform, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def prctl(*arguments):
    if libc.prctl(*arguments): sys.exit("Cannot contain: " + os.strerror(ctypes.get_errno()))
# chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write setfcap
KEPT = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 23, 24, 38, 22, 2
AF_VSOCK, EPERM, ALLOW, ERRNO = 40, 1, 0x7fff0000, 0x00050000
SYS_io_uring_setup = 425
SYS_socket, SYS_unshare = {"x86_64": (41, 272), "aarch64": (198, 97)}[platform.machine()]
# struct sock_filter { u16 code; u8 jt, jf; u32 k; }: load the number of the call, compare; load the low half of its first
# argument, compare; return
program = b"".join(struct.pack("HBBI", *line) for line in [
    (0x20, 0, 0, 0), (0x15, 4, 0, SYS_io_uring_setup), (0x15, 3, 0, SYS_unshare), (0x15, 0, 3, SYS_socket),
    (0x20, 0, 0, 16), (0x15, 0, 1, AF_VSOCK), (0x06, 0, 0, ERRNO | EPERM), (0x06, 0, 0, ALLOW)])
code = ctypes.create_string_buffer(program)
fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
if os.getuid() == 0:
    for capability in range(64):
        if capability not in KEPT and libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
else:
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) # what a filter asks for without CAP_SYS_ADMIN
prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, fprog, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])
`;

const [program, ...args] = Deno.args;
if (program === undefined || program.startsWith("-")) {
  console.log("Usage: deno run -A scripts/container.ts COMMAND [ARGUMENT...]\n\nRuns COMMAND as in a container.");
  Deno.exit(program === "--help" ? 0 : 2);
}
const command = ["-c", CONTAIN, program === "deno" ? Deno.execPath() : program, ...args];
const { code } = await new Deno.Command("python3", { args: command, stdin: "null" }).spawn().status;
Deno.exit(code);

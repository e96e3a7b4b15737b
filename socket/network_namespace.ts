import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";

/**
 * Runs a function in another network namespace, for example to open a socket, which then stays in that namespace. The
 * thread is back in its own namespace when this returns; if it cannot go back, the program is aborted.
 *
 * Needs CAP_SYS_ADMIN and `--allow-ffi`.
 *
 * @typeParam T The result.
 * @param path The namespace, such as `/run/netns/blue` or `/proc/123/ns/net`.
 * @param action The function. It must be synchronous: code that runs later runs in the thread's own namespace.
 * @returns The result of the function.
 * @throws {SystemError} If there is no such namespace (`ENOENT`, `EINVAL`), or the process may not enter it (`EPERM`).
 *
 * @see {@link https://man7.org/linux/man-pages/man2/setns.2.html | setns(2)}
 *
 * @example Open a socket in another namespace
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { inNetworkNamespace, Socket } from "@berkeley/sockets/socket";
 * import { assertThrows } from "@std/assert";
 *
 * const open = () => Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assertThrows(() => inNetworkNamespace("/run/netns/no-such-namespace", open), Error, "ENOENT");
 * ```
 */
export function inNetworkNamespace<T>(path: string, action: () => T): T {
  const home = openFile("/proc/thread-self/ns/net");
  try {
    enter(path);
    try {
      return action();
    } finally {
      if (outcome(libc().setns(home, C.CLONE_NEWNET)) < 0) abort();
    }
  } finally {
    libc().close(home);
  }
}

function enter(path: string): void {
  const fd = openFile(path);
  try {
    check(libc().setns(fd, C.CLONE_NEWNET), "setns", path);
  } finally {
    libc().close(fd);
  }
}

function openFile(path: string): number {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(`Cannot open a network namespace: its path must be a string: current value is ${quoted(path)}`);
  }
  const bytes = new TextEncoder().encode(`${path}\0`);
  return check(libc().open(bytes, C.O_RDONLY | C.O_CLOEXEC), "open", path);
}

function abort(): never {
  const why = new TextEncoder().encode("Cannot return to the network namespace of this thread: aborted\n");
  libc().write(2, why, BigInt(why.length));
  libc().abort();
  throw new Error("unreachable");
}

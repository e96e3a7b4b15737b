import { openBun } from "./backends/bun.ts";
import { openDeno } from "./backends/deno.ts";
import { openKoffi } from "./backends/koffi.ts";
import { hasNodeFfi, openNode } from "./backends/node.ts";
import type { Backend } from "./native.ts";
import { runtime } from "./platform.ts";
import { requireSystem } from "./system.ts";

let opened: Backend | undefined;

/**
 * The functions of libc, opened at the first call. Permission: `--allow-ffi`, or `--allow-ffi=<absolute path of libc>`.
 *
 * @returns The functions, by their C names and in C argument order.
 * @throws {Error} If no libc can be opened, or the runtime has no FFI; the message lists what was tried.
 *
 * @example Usage
 * ```ts
 * import { C, libc } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * const fd = libc().socket(C.AF_INET, C.SOCK_STREAM, 0);
 * assert(fd >= 0);
 * libc().close(fd);
 * ```
 */
export function libc(): Backend["libc"] {
  return (opened ??= open()).libc;
}

/**
 * The few functions of libc that may block whatever their arguments are, run off the event loop. Their pointers are to
 * {@linkcode ForeignMemory}, and their errno is lost. Permission: as {@linkcode libc}.
 *
 * @returns The functions; each returns a promise.
 * @throws {Error} If no libc can be opened, or the runtime has no FFI.
 *
 * @example Usage
 * ```ts
 * import { background, C, ForeignMemory, libc } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * using memory = new ForeignMemory();
 * const epfd = libc().epoll_create1(C.EPOLL_CLOEXEC);
 * assertEquals(await background().epoll_wait(epfd, memory.allocate(16), 1, 5), 0);
 * libc().close(epfd);
 * ```
 */
export function background(): Backend["background"] {
  return (opened ??= open()).background;
}

/** errno of this thread. To be read right after the call that set it. */
export function errno(): number {
  return (opened ??= open()).errno();
}

function open(): Backend {
  requireSystem();
  const name = runtime();
  switch (name) {
    case "deno":
      return openDeno();
    case "node":
      return hasNodeFfi() ? openNode() : openKoffi();
    case "bun":
      return openBun();
    default:
      throw new Error(`Cannot open libc: this runtime has no backend: current runtime is ${name}`);
  }
}

export { avoidRing } from "./backends/choose_watch.ts";
import { openBun } from "./backends/bun.ts";
import { openDeno } from "./backends/deno.ts";
import { openKoffi } from "./backends/koffi.ts";
import { hasNodeFfi, openNode } from "./backends/node.ts";
import type { Backend, Owned, Watch } from "./native.ts";
import { runtime } from "./platform.ts";
import { requireSystem } from "./system.ts";

let opened: Backend | undefined;

/**
 * The functions of libc, which the first call opens. Permission: `--allow-ffi`, or
 * `--allow-ffi=<absolute path of libc>`.
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
 * The few functions of libc that may block whatever their arguments are; they run off the event loop. Their pointers
 * must point to {@linkcode ForeignMemory}, and their errno is lost. Permission: as {@linkcode libc}.
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

/**
 * Watches a descriptor with the event loop of this runtime. Permission: as {@linkcode libc}.
 *
 * The environment variable `BERKELEY_SOCKETS_WAKE` sets how: `ring` uses io_uring(7), `thread` a call off the event
 * loop. By default, it uses the event loop itself where the runtime gives access to it, as Node does on its main
 * thread; else an io_uring; where that is refused, a thread.
 *
 * @param fd The descriptor, borrowed: close the watch first.
 * @param onReadable Called once after each start, as soon as the descriptor is readable; it may also be called for no
 * reason.
 * @returns The watch, stopped at first.
 * @throws {SystemError} If no descriptor is left (`EMFILE`).
 *
 * @example Usage
 * ```ts
 * import { C, libc, watch } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const eventfd = libc().eventfd(0, C.EFD_CLOEXEC | C.EFD_NONBLOCK);
 * const readable = new Promise<string>((resolve) => {
 *   const watching = watch(eventfd, () => {
 *     watching.close();
 *     resolve("readable");
 *   });
 *   watching.start();
 * });
 * libc().write(eventfd, new BigUint64Array([1n]), 8n);
 * assertEquals(await readable, "readable");
 * libc().close(eventfd);
 * ```
 */
export function watch(fd: number, onReadable: () => void): Watch {
  return (opened ??= open()).watch(fd, onReadable);
}

/**
 * Lets a `Worker` close a descriptor of the library's own even if it is terminated, where the runtime can.
 * Permission: as {@linkcode libc}.
 */
export function own(fd: number): Owned {
  return (opened ??= open()).own(fd);
}

/** errno of this thread. Read it right after the call that set it. */
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

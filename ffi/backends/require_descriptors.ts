import { systemError } from "../error.ts";
import type { Backend } from "../native.ts";
import { system } from "../system.ts";

const { EFD_CLOEXEC, EFD_NONBLOCK } = system.constants;

/** More than a `Worker` opens when it starts: if it finds none, Bun ends the whole program, and Node the thread. */
const NEEDED = 16;

/**
 * Checks that a `Worker` can be started.
 *
 * @throws {SystemError} If too few descriptors are free (`EMFILE`, `ENFILE`).
 */
export function requireDescriptors({ libc, errno }: Pick<Backend, "libc" | "errno">): void {
  const fds: number[] = [];
  try {
    while (fds.length < NEEDED) {
      const fd = libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (fd < 0) throw systemError(errno(), "eventfd");
      fds.push(fd);
    }
  } finally {
    for (const fd of fds) libc.close(fd);
  }
}

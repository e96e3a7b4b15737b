import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { check, outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Backoff } from "./backoff.ts";
import { closeNow } from "./close_now.ts";
import { EAGAIN, EINTR } from "./kernel_numbers.ts";

const NOTHING = new Uint8Array(0);
const count = new Int32Array(1);

/** `SIOCOUTQ`: bytes in the send buffer. */
export function unsentBytes(fd: number): number {
  check(libc().ioctl(fd, BigInt(C.SIOCOUTQ), count), "ioctl");
  return count[0] ?? 0;
}

/** Whether the send buffer is empty. Throws where it never will be, because the connection is broken. */
export function isDrained(fd: number): boolean {
  if (unsentBytes(fd) === 0) return true;
  const n = outcome(libc().send(fd, NOTHING, 0n, C.MSG_NOSIGNAL | C.MSG_DONTWAIT));
  if (n < 0 && n !== -EAGAIN && n !== -EINTR) throw systemError(-n, "send");
  return false;
}

/** Closes a descriptor once its send buffer is empty. No event reports this, so it checks every 1 to 16 ms. */
export async function drainAndClose(fd: number, timeout: number, beforeClose?: () => void): Promise<void> {
  const later = new Backoff(1, 16);
  const deadline = performance.now() + timeout;
  try {
    while (!isDrained(fd)) {
      if (performance.now() >= deadline) giveUp(fd, timeout);
      await new Promise((resolve) => setTimeout(resolve, later.next()));
    }
    beforeClose?.();
  } finally {
    closeNow(fd);
  }
}

/** Makes close(2) drop the remaining data instead of waiting for it. */
export function giveUp(fd: number, timeout: number): never {
  const rest = unsentBytes(fd);
  // struct linger { int l_onoff; int l_linger; };
  check(libc().setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, new Int32Array([1, 0]), 8), "setsockopt");
  const text = `Cannot close in time: the other end did not take ${rest} bytes within ${timeout} ms`;
  throw new DOMException(text, "TimeoutError");
}

import { isSystemError } from "../../ffi/error.ts";
import { Backoff } from "../operations/backoff.ts";
import { closeNow } from "../operations/close_now.ts";
import { giveUp, isDrained } from "../operations/drain.ts";
import { sleepUntil } from "./_wait.ts";

/** Blocks until the send buffer of a connection is empty. No event reports this, so it checks every 1 to 16 ms. */
export function drainNow(fd: number, timeout: number): void {
  const later = new Backoff(1, 16);
  const deadline = performance.now() + timeout;
  while (!isEmpty(fd)) {
    const now = performance.now();
    if (now >= deadline) giveUp(fd, timeout);
    sleepUntil(Math.min(deadline, now + later.next()));
  }
}

/** Closes a descriptor once its send buffer is empty. */
export function closeDrainedNow(fd: number, timeout: number, beforeClose: (() => void) | undefined): void {
  try {
    drainNow(fd, timeout);
    beforeClose?.();
  } finally {
    closeNow(fd);
  }
}

/** A listener has no send buffer. */
function isEmpty(fd: number): boolean {
  try {
    return isDrained(fd);
  } catch (error) {
    if (isSystemError(error, "EINVAL")) return true;
    throw error;
  }
}

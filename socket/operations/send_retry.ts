import { C } from "../../ffi/constants.ts";
import { readOption } from "../descriptor.ts";
import { Backoff } from "./backoff.ts";
import { unsentBytes } from "./drain.ts";
import type { RetryLater } from "./retry_later.ts";
import { bytesToText } from "./sockaddr_space.ts";

/**
 * What stands for a destination that may be full while others are not. That is so for AF_UNIX: each receiver has a queue.
 */
export function destinationOf(sockaddr: Uint8Array | undefined): string | undefined {
  const isUnix = sockaddr !== undefined && sockaddr[0] === C.AF_UNIX && sockaddr[1] === 0;
  return isUnix ? bytesToText(sockaddr) : undefined;
}

/** Tries a send again where the kernel raises no event when there is room: AF_UNIX, if another socket's queue is full. */
export class SendRetry {
  readonly #fd: number;
  readonly #readiness: RetryLater;
  readonly #delays = new Backoff(0, 256);

  constructor(fd: number, readiness: RetryLater) {
    this.#fd = fd;
    this.#readiness = readiness;
  }

  /** To be called after `EAGAIN`: has the send tried again after a while, if its destination asks for that. */
  wait(sockaddr: Uint8Array | undefined): undefined {
    const destination = destinationOf(sockaddr);
    if (destination === undefined) return;
    // What waits in the receivers' queues is in this socket's send buffer: where that is full, nothing can be sent.
    const isFull = unsentBytes(this.#fd) >= readOption(this.#fd, C.SOL_SOCKET, C.SO_SNDBUF);
    this.#readiness.readyLater("write", this.#delays, isFull ? undefined : destination);
  }
}

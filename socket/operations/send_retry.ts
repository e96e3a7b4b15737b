import { C } from "../../ffi/constants.ts";
import { readOption } from "../descriptor.ts";
import { Backoff } from "./backoff.ts";
import { unsentBytes } from "./drain.ts";
import type { RetryLater } from "./retry_later.ts";
import { bytesToText } from "./sockaddr_space.ts";

/**
 * Identifies a destination that may be full while others are not. AF_UNIX has those: each receiver has a queue.
 */
export function destinationOf(sockaddr: Uint8Array | undefined): string | undefined {
  const isUnix = sockaddr !== undefined && sockaddr[0] === C.AF_UNIX && sockaddr[1] === 0;
  return isUnix ? bytesToText(sockaddr) : undefined;
}

/**
 * Tries a send again where the kernel raises no event when there is room: on AF_UNIX, if another socket's queue is
 * full.
 */
export class SendRetry {
  readonly #fd: number;
  readonly #readiness: RetryLater;
  readonly #delays = new Backoff(0, 256);

  constructor(fd: number, readiness: RetryLater) {
    this.#fd = fd;
    this.#readiness = readiness;
  }

  /** Call this after `EAGAIN`: it tries the send again after a while, if the destination needs that. */
  wait(sockaddr: Uint8Array | undefined): undefined {
    const destination = destinationOf(sockaddr);
    if (destination === undefined) return;
    // Messages in the receivers' queues count in this socket's send buffer: if that is full, nothing can be sent.
    const isFull = unsentBytes(this.#fd) >= readOption(this.#fd, C.SOL_SOCKET, C.SO_SNDBUF);
    this.#readiness.readyLater("write", this.#delays, isFull ? undefined : destination);
  }
}

import { C } from "../../ffi/constants.ts";
import { Backoff } from "./backoff.ts";
import type { RetryLater } from "./retry_later.ts";

/** Tries a send again where the kernel raises no event when there is room: AF_UNIX, if another socket's queue is full. */
export class SendRetry {
  readonly #readiness: RetryLater;
  readonly #delays = new Backoff(0, 16);

  constructor(readiness: RetryLater) {
    this.#readiness = readiness;
  }

  /** To be called after `EAGAIN`: has the send tried again after a while, if its destination asks for that. */
  wait(sockaddr: Uint8Array | undefined): undefined {
    const noEvent = sockaddr !== undefined && sockaddr[0] === C.AF_UNIX && sockaddr[1] === 0;
    if (noEvent) this.#readiness.readyLater("write", this.#delays);
  }
}

import { C } from "../ffi/constants.ts";
import { Backoff } from "./backoff.ts";
import type { Readiness } from "./readiness.ts";

/** Waits for room to send. */
export class Room {
  readonly #readiness: Readiness;
  readonly #later = new Backoff(0, 16);

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** A full queue behind an AF_UNIX address raises no event here when it has room again: it is tried again then. */
  wait(sockaddr: Uint8Array | undefined): undefined {
    const noEvent = sockaddr !== undefined && sockaddr[0] === C.AF_UNIX && sockaddr[1] === 0;
    if (noEvent) this.#readiness.readyLater("write", this.#later);
  }
}

import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { mayGoOn } from "../polling/turn.ts";
import type { Readiness } from "../polling/readiness.ts";
import { EAGAIN, EINTR, EINVAL } from "./kernel_numbers.ts";

const SIOCATMARK = BigInt(C.SIOCATMARK);

// Scratch memory for one synchronous call.
const byte = new Uint8Array(1);
const mark = new Int32Array(1);

/** recv(2) of a stream's urgent byte; `null` once none can come. A read past its position discards it. */
export class UrgentReceive extends Operation<number | null> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #readiness: Readiness;

  constructor(fd: number, readiness: Readiness) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
  }

  /** The byte. */
  attempt(): number | null | undefined {
    for (;;) {
      const n = outcome(libc().recv(this.#fd, byte, 1n, C.MSG_OOB | C.MSG_DONTWAIT));
      if (n === 1) return byte[0] ?? 0;
      if (n === 0) return null;
      // There is none, or it was already taken.
      if (n === -EINVAL) return this.#readiness.hungUp ? null : undefined;
      if (n === -EAGAIN) return undefined; // it is announced, but has not arrived
      if (n !== -EINTR) throw systemError(-n, "recv");
      if (!mayGoOn()) return undefined;
    }
  }
}

/** `SIOCATMARK`: 1 if the next byte to read is the one after the urgent data, else 0; or the negative errno. */
export function urgentMark(fd: number): number {
  const n = outcome(libc().ioctl(fd, SIOCATMARK, mark));
  return n < 0 ? n : mark[0] ?? 0;
}

import { checkBuffer } from "../../checks/check_buffer.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { countBytes } from "../polling/turn.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./kernel_numbers.ts";

/** send(2) of one message, or of as much as a stream has room for. */
export class Send extends Operation<number> {
  readonly syscall = "send";
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #flags: number;
  readonly #added: AddedFlag;

  constructor(fd: number, bytes: Uint8Array, flags: number, added: AddedFlag) {
    super();
    this.#fd = fd;
    this.#bytes = bytes;
    this.#length = bytes?.byteLength;
    this.#flags = flags;
    this.#added = added;
  }

  /** How many bytes were sent. */
  attempt(): number | undefined {
    checkBuffer(this.#bytes, this.#length);
    const size = sizeOf(this.#length);
    for (;;) {
      const n = outcome(libc().send(this.#fd, this.#bytes, size, this.#flags | this.#added.bits));
      if (n >= 0) {
        countBytes(n);
        return n;
      }
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR && !this.#added.retry(n)) throw systemError(-n, "send");
    }
  }
}

// Messages are often of one length, and a bigint is slow to make.
let lastLength = 0;
let lastSize = 0n;

function sizeOf(length: number): bigint {
  if (length !== lastLength) {
    lastSize = BigInt(Math.min(length, MAX_TRANSFER));
    lastLength = length;
  }
  return lastSize;
}

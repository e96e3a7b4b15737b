import { checkBuffer } from "../../checks/check_buffer.ts";
import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { readOption } from "../descriptor.ts";
import { Operation } from "../operation.ts";
import type { Readiness } from "../polling/readiness.ts";
import { countBytes, mayGoOn } from "../polling/turn.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, ECONNRESET, EINTR, MAX_CALL, MAX_TRANSFER, MSG_DONTWAIT } from "./kernel_numbers.ts";
import { withProgress } from "./progress.ts";

/** The owner of the stream, which is told when a direction has ended. */
export interface Ends {
  /** Whether the end was read: TIPC tells of it once, and from then on that there is nothing to read yet. */
  readonly isReadOver: boolean;
  /** Whether the kernel tells of the end as `ECONNRESET`, once: so does Bluetooth. */
  readonly isResetEnd: boolean;
  over(direction: "read" | "write"): void;
}

/** recv(2) on a stream. */
export class StreamRead extends Operation<number | null> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #readiness: Readiness | undefined;
  readonly #buffer: Uint8Array;
  readonly #length: number;
  readonly #size: bigint;
  readonly #ends: Ends;
  readonly #keepsError: boolean;

  /**
   * @param readiness Marked as drained after a short read; left out where a short read proves nothing.
   * @param keepsError Whether a connection that the peer aborted reads as ended, and keeps its error as `SO_ERROR`: so does
   * AF_SMC.
   */
  constructor(fd: number, readiness: Readiness | undefined, buffer: Uint8Array, ends: Ends, keepsError: boolean) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
    this.#buffer = buffer;
    this.#length = buffer.byteLength;
    this.#size = BigInt(Math.min(this.#length, MAX_TRANSFER));
    this.#ends = ends;
    this.#keepsError = keepsError;
  }

  /** Bytes that came, `null` at the end of the stream. */
  attempt(): number | null | undefined {
    checkBuffer(this.#buffer, this.#length);
    for (;;) {
      const n = outcome(libc().recv(this.#fd, this.#buffer, this.#size, MSG_DONTWAIT));
      if (n > 0) {
        countBytes(n);
        if (n < this.#size) this.#readiness?.drained();
        return n;
      }
      if (n === 0 || (n === -ECONNRESET && this.#ends.isResetEnd)) return this.#end();
      if (n === -EAGAIN) return this.#ends.isReadOver ? null : undefined;
      if (n !== -EINTR) throw systemError(-n, "recv");
      if (!mayGoOn()) return undefined;
    }
  }

  #end(): null {
    const error = this.#keepsError ? readOption(this.#fd, C.SOL_SOCKET, C.SO_ERROR) : 0;
    if (error !== 0) throw systemError(error, "recv");
    this.#ends.over("read");
    return null;
  }
}

/** send(2) on a stream, until all is written. */
export class StreamWrite extends Operation<number> {
  readonly syscall = "send";
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #total: number;
  readonly #added: AddedFlag;
  readonly #flags: number;
  #written = 0;

  constructor(fd: number, bytes: Uint8Array, added: AddedFlag, flags = 0) {
    super();
    this.#fd = fd;
    this.#bytes = bytes;
    this.#total = bytes?.byteLength;
    this.#added = added;
    this.#flags = flags;
  }

  /** Bytes written, all of them. */
  attempt(): number | undefined {
    const total = this.#total;
    checkBuffer(this.#bytes, total);
    while (this.#written < total) {
      const rest = this.#written === 0 ? this.#bytes : this.#bytes.subarray(this.#written);
      const size = BigInt(Math.min(rest.byteLength, MAX_CALL));
      const n = outcome(libc().send(this.#fd, rest, size, this.#flags | this.#added.bits));
      if (n >= 0) {
        this.#written += n;
        countBytes(n);
      } else if (n === -EAGAIN) return undefined;
      else if (n !== -EINTR && !this.#added.retry(n)) throw systemError(-n, "send");
      if (this.#written < total && !mayGoOn()) return undefined;
    }
    return total;
  }

  /** Adds to the error how many bytes were written. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesWritten", this.#written);
  }
}

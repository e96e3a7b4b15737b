import { checkBuffer } from "../../checks/check_buffer.ts";
import type { AddedFlag } from "./added_flag.ts";
import { SingleCall } from "./single_call.ts";
import { TransferSize } from "./transfer_size.ts";

const sizes = new TransferSize();

/** A system call on one buffer. */
export abstract class BufferCall<T> extends SingleCall<T> {
  protected readonly fd: number;
  protected buffer: Uint8Array;
  #length: number;

  constructor(fd: number, buffer: Uint8Array, flags: number, added?: AddedFlag) {
    super(flags, added);
    this.fd = fd;
    this.buffer = buffer;
    this.#length = buffer?.byteLength;
  }

  /** Prepares the operation for another buffer: a caller that blocks needs one at a time. */
  reuse(buffer: Uint8Array, flags: number): this {
    this.buffer = buffer;
    this.#length = buffer?.byteLength;
    this.flags = flags;
    return this;
  }

  /** The length of the buffer for C. Call this before each system call: it checks the buffer. */
  protected size(): bigint {
    checkBuffer(this.buffer, this.#length);
    return sizes.of(this.#length);
  }
}

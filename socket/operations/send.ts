import { checkBuffer } from "../../checks/check_buffer.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { countBytes } from "../polling/turn.ts";
import type { AddedFlag } from "./added_flag.ts";
import { SingleCall } from "./single_call.ts";
import { TransferSize } from "./transfer_size.ts";

const sizes = new TransferSize();

/** send(2) of one message, or of as much as a stream has room for. */
export class Send extends SingleCall<number> {
  readonly syscall = "send";
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #length: number;

  constructor(fd: number, bytes: Uint8Array, flags: number, added: AddedFlag) {
    super(flags, added);
    this.#fd = fd;
    this.#bytes = bytes;
    this.#length = bytes?.byteLength;
  }

  protected call(flags: number): number {
    checkBuffer(this.#bytes, this.#length);
    return outcome(libc().send(this.#fd, this.#bytes, sizes.of(this.#length), flags));
  }

  protected resultOf(n: number): number {
    countBytes(n);
    return n;
  }
}

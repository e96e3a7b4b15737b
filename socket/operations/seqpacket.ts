import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { mayGoOn } from "../polling/turn.ts";
import type { SeqpacketMessage } from "../transfer.ts";
import { EAGAIN, ECONNRESET, EINTR, MSG_DONTWAIT } from "./kernel_numbers.ts";
import { MessageHeader } from "./message_header.ts";
import type { Ends } from "./stream.ts";

const { MSG_CTRUNC, MSG_TRUNC } = C;

/** A buffer and its `msghdr`, kept for reuse: making one takes longer than recvmsg(2). */
export class SeqpacketSpace {
  readonly buffer: Uint8Array;
  readonly header: MessageHeader;
  readonly bytes: Uint8Array;
  readonly length: number;
  #view: Uint8Array;

  constructor(buffer: Uint8Array) {
    this.buffer = this.#view = buffer;
    this.header = new MessageHeader([buffer]);
    this.bytes = this.header.bytes;
    this.length = buffer.byteLength;
  }

  /** Whether this is still for `buffer`: a buffer that was transferred away has no length. */
  fits(buffer: Uint8Array): boolean {
    return this.buffer === buffer && this.length === buffer.byteLength;
  }

  /** The first bytes of the buffer. Messages often have the same length: then the last view is reused. */
  view(length: number): Uint8Array {
    if (this.#view.byteLength !== length) this.#view = this.buffer.subarray(0, length);
    return this.#view;
  }
}

/**
 * recvmsg(2) of one message, on a socket with `SO_TIMESTAMP`: an empty message has a timestamp, for which there is no
 * space here; the end of the connection has none.
 */
export class SeqpacketReceive extends Operation<SeqpacketMessage | null> {
  readonly syscall = "recvmsg";
  /** True once it has its result, and can be used again. */
  done = true;
  readonly #fd: number;
  readonly #ends: Ends | undefined;
  #space: SeqpacketSpace | undefined;
  #copy = false;
  #flags = 0;

  constructor(fd: number, ends?: Ends) {
    super();
    this.#fd = fd;
    this.#ends = ends;
  }

  /** Prepares it for another message. */
  prepare(space: SeqpacketSpace, copy: boolean, flags: number): this {
    this.done = false;
    this.#space = space;
    this.#copy = copy;
    this.#flags = flags | MSG_TRUNC | MSG_DONTWAIT;
    return this;
  }

  /** The message, `null` at the end of the connection. */
  attempt(): SeqpacketMessage | null | undefined {
    const space = this.#space as SeqpacketSpace;
    const length = space.length;
    if (length !== space.buffer.byteLength) space.header.check();
    // Bluetooth tells of the end once before the messages that it still has.
    let isEarly = this.#ends?.isResetEnd === true && !this.#ends.isReadOver;
    for (;;) {
      const n = outcome(libc().recvmsg(this.#fd, space.bytes, this.#flags));
      if (n > 0 || (n === 0 && (space.header.flags & MSG_CTRUNC) !== 0)) {
        this.done = true;
        const end = n < length ? n : length;
        return {
          data: this.#copy ? space.buffer.slice(0, end) : space.view(end),
          truncated: n > length || (space.header.flags & MSG_TRUNC) !== 0,
        };
      }
      if (n === -EAGAIN && this.#ends?.isReadOver !== true) return undefined;
      if (isEarly && (n === 0 || n === -ECONNRESET)) {
        isEarly = false;
        tellEnd(this.#fd);
        continue;
      }
      if (n === 0 || n === -EAGAIN) {
        this.done = true;
        this.#ends?.over("read");
        return null;
      }
      if (n !== -EINTR) throw systemError(-n, "recvmsg");
      if (!mayGoOn()) return undefined;
    }
  }
}

/**
 * Lets a Bluetooth connection that was reset tell of its end behind its last message: SCO would let its reader wait for
 * ever. L2CAP does so by itself.
 */
export function tellEnd(fd: number): void {
  libc().shutdown(fd, C.SHUT_RDWR);
}

import { C } from "../ffi/constants.ts";
import { systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { checkBuffer } from "./check_buffer.ts";
import { EAGAIN, EINTR, MAX_TRANSFER, MSG_NOSIGNAL } from "./kernel_numbers.ts";
import { MessageHeader } from "./message_header.ts";
import { Operation } from "./operation.ts";

/** A message of a seqpacket connection. */
export interface Packet {
  /** The bytes; there may be none. */
  data: Uint8Array;
  /** Whether bytes were cut off because the buffer was too small. */
  truncated: boolean;
}

const { MSG_CTRUNC, MSG_TRUNC } = C;

/** A buffer and its `msghdr`, kept: making one takes longer than recvmsg(2). */
export class PacketSpace {
  readonly buffer: Uint8Array;
  readonly header: MessageHeader;
  readonly bytes: Uint8Array;
  readonly length: number;
  #view: Uint8Array;

  constructor(buffer: Uint8Array) {
    if (buffer.byteLength === 0) buffer.subarray(); // a TypeError if it was transferred away
    this.buffer = this.#view = buffer;
    this.header = new MessageHeader([buffer]);
    this.bytes = this.header.bytes;
    this.length = buffer.byteLength;
  }

  /** Whether this is for `buffer`, at the place where it was: a buffer that was transferred away has no length. */
  fits(buffer: Uint8Array): boolean {
    return this.buffer === buffer && this.length === buffer.byteLength;
  }

  /** The first bytes of the buffer. Messages are often of one length: the view of the last one serves again. */
  view(length: number): Uint8Array {
    if (this.#view.byteLength !== length) this.#view = this.buffer.subarray(0, length);
    return this.#view;
  }
}

/**
 * recvmsg(2) of one message, on a socket with `SO_TIMESTAMP`: an empty message has a timestamp, for which there is no
 * room here, and the end of the connection has none.
 */
export class PacketReceive extends Operation<Packet | null> {
  readonly syscall = "recvmsg";
  /** True once it has its result, and can be used again. */
  done = true;
  readonly #fd: number;
  #space: PacketSpace | undefined;
  #copy = false;
  #flags = 0;

  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  /** Prepares it for another message. */
  prepare(space: PacketSpace, copy: boolean, flags: number): this {
    this.done = false;
    this.#space = space;
    this.#copy = copy;
    this.#flags = flags | MSG_TRUNC;
    return this;
  }

  /** The message, `null` at the end of the connection. */
  attempt(): Packet | null | undefined {
    const space = this.#space as PacketSpace;
    const length = space.length;
    if (length !== space.buffer.byteLength) space.header.check();
    for (;;) {
      const n = outcome(libc().recvmsg(this.#fd, space.bytes, this.#flags));
      if (n > 0 || (n === 0 && (space.header.flags & MSG_CTRUNC) !== 0)) {
        this.done = true;
        const end = n < length ? n : length;
        return { data: this.#copy ? space.buffer.slice(0, end) : space.view(end), truncated: n > length };
      }
      if (n === -EAGAIN) return undefined;
      if (n === 0) {
        this.done = true;
        return null;
      }
      if (n !== -EINTR) throw systemError(-n, "recvmsg");
    }
  }
}

/** send(2) of one message, or of what a stream has room for. */
export class PacketSend extends Operation<number> {
  readonly syscall = "send";
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #flags: number;

  constructor(fd: number, bytes: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#bytes = bytes;
    this.#length = bytes.byteLength;
    this.#flags = flags | MSG_NOSIGNAL;
  }

  /** How many bytes were sent. */
  attempt(): number | undefined {
    checkBuffer(this.#bytes, this.#length);
    const size = sizeOf(this.#length);
    for (;;) {
      const n = outcome(libc().send(this.#fd, this.#bytes, size, this.#flags));
      if (n >= 0) return n;
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "send");
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

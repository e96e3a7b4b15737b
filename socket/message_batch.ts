import { INT_MAX, within } from "../checks/within.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { addressOf } from "../ffi/memory.ts";

/** How large a {@linkcode MessageBatch} is. */
export interface MessageBatchOptions {
  /** The most messages that it can hold. */
  capacity: number;
  /** Space for the data of each message, in bytes. */
  size: number;
  /**
   * Space for the ancillary data of each message, in bytes.
   *
   * @default {0}
   */
  controlLength?: number;
}

const BATCH_OPTIONS: OptionNames<MessageBatchOptions> = { capacity: true, controlLength: true, size: true };
/** `UIO_MAXIOV`: the kernel takes no more messages per call. */
const MAX_CAPACITY = 1024;
/** `sizeof(struct sockaddr_storage)`. */
const SOCKADDR_SIZE = 128;
/** `sizeof(struct mmsghdr)` on 64-bit Linux. */
const HEADER_SIZE = 64;
/** `sizeof(struct iovec)`. */
const VECTOR_SIZE = 16;

// The same size, and the offsets of the members that change, in 32-bit words. The machine is little-endian: the low
// half comes first.
const HEADER_WORDS = HEADER_SIZE / 4;
const VECTOR_WORDS = VECTOR_SIZE / 4;
const NAMELEN = 2;
const CONTROLLEN = 10;
const FLAGS = 12;
const LENGTH = 14;
const IOV_LEN = 2;

/** Sets the length of a cleared batch to the number of messages that recvmmsg(2) wrote into it. */
export let takeReceived: (batch: MessageBatch, count: number) => void;

/**
 * Many messages in reusable memory, for recvmmsg(2) and sendmmsg(2): each has a slot for its data, its sockaddr and its
 * ancillary data.
 *
 * The batch that {@linkcode Socket.recvmmsg} filled can be passed to {@linkcode Socket.sendmmsg} unchanged: every
 * message then goes back to its sender.
 *
 * ```c
 * struct mmsghdr {
 *   struct msghdr {
 *     void         *msg_name;       //  0: sockaddr
 *     socklen_t     msg_namelen;    //  8
 *     struct iovec *msg_iov;        // 16
 *     size_t        msg_iovlen;     // 24
 *     void         *msg_control;    // 32
 *     size_t        msg_controllen; // 40
 *     int           msg_flags;      // 48
 *   } msg_hdr;
 *   unsigned int msg_len;           // 56
 * };
 * struct iovec { void *iov_base; size_t iov_len; };
 * ```
 *
 * @see {@link https://man7.org/linux/man-pages/man2/recvmmsg.2.html | recvmmsg(2)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { MessageBatch, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [from, to] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
 * const batch = new MessageBatch({ capacity: 8, size: 16 });
 * batch.push(new Uint8Array([1]));
 * batch.push(new Uint8Array([2, 3]));
 * assertEquals(await from.sendmmsg(batch), 2);
 * assertEquals(await to.recvmmsg(batch), 2);
 * assertEquals(batch.data(1), new Uint8Array([2, 3]));
 * from.close();
 * to.close();
 * ```
 */
export class MessageBatch {
  /** The most messages that it can hold. */
  readonly capacity: number;
  /** Space for the data of each message, in bytes. */
  readonly size: number;
  /** Space for the ancillary data of each message, in bytes. */
  readonly controlLength: number;
  /** The array of `struct mmsghdr`, for the system call. */
  readonly headers: Uint8Array;
  readonly #headerWords: Uint32Array;
  readonly #vectorWords: Uint32Array;
  readonly #sockaddrs: Uint8Array;
  readonly #controls: Uint8Array;
  readonly #space: Uint8Array;
  #length = 0;

  static {
    takeReceived = (batch, count) => batch.#received(count);
  }

  /** The slots below this index may have lengths that a receiving call cannot use. */
  #used: number;

  /**
   * Makes an empty batch, with memory for all of its messages.
   *
   * @param options How many messages, and how large.
   * @throws {RangeError} If the capacity is not 1 to 1024 (`UIO_MAXIOV`), or a size is negative.
   */
  constructor(options: MessageBatchOptions) {
    options = checkOptions("make a batch", options, BATCH_OPTIONS);
    const { capacity, size, controlLength = 0 } = options;
    this.capacity = within("make a batch", "capacity", capacity, MAX_CAPACITY, 1);
    this.size = within("make a batch", "size", size, INT_MAX);
    this.controlLength = within("make a batch", "controlLength", controlLength, 0x7ffffff8) + 7 & ~7;
    this.headers = new Uint8Array(HEADER_SIZE * capacity);
    this.#headerWords = new Uint32Array(this.headers.buffer);
    this.#vectorWords = new Uint32Array(VECTOR_WORDS * capacity);
    this.#sockaddrs = new Uint8Array(SOCKADDR_SIZE * capacity);
    this.#controls = new Uint8Array(this.controlLength * capacity);
    this.#space = new Uint8Array(size * capacity);
    this.#used = capacity;
    this.#writePointers();
  }

  /** How many messages are in the batch. */
  get length(): number {
    return this.#length;
  }

  /** Empties the batch and makes all its space ready to receive. */
  clear(): void {
    checkArgumentCount("call clear", arguments.length);
    for (let i = 0; i < this.#used; i++) {
      const at = i * HEADER_WORDS;
      this.#headerWords[at + NAMELEN] = SOCKADDR_SIZE;
      this.#headerWords[at + CONTROLLEN] = this.controlLength;
      this.#vectorWords[i * VECTOR_WORDS + IOV_LEN] = this.size;
    }
    this.#used = this.#length = 0;
  }

  /**
   * Adds a message to send; its parts are copied.
   *
   * @param data The data.
   * @param sockaddr Where to send; none for a connected socket.
   * @param control The ancillary data, encoded as control messages.
   * @throws {RangeError} If the batch is full, or a part is larger than its slot.
   */
  push(data: Uint8Array, sockaddr?: Uint8Array, control?: Uint8Array): void {
    checkArgumentCount("call push", arguments.length, "data", "sockaddr", "control");
    const i = this.#length;
    if (i === this.capacity) throw new RangeError(`Cannot add a message to a full batch: current length is ${i}`);
    this.#put("data", data, this.#space, i * this.size, this.size);
    this.#put("sockaddr", sockaddr, this.#sockaddrs, i * SOCKADDR_SIZE, SOCKADDR_SIZE);
    this.#put("control", control, this.#controls, i * this.controlLength, this.controlLength);
    const at = i * HEADER_WORDS;
    this.#headerWords[at + NAMELEN] = sockaddr?.length ?? 0;
    this.#headerWords[at + CONTROLLEN] = control?.length ?? 0;
    this.#headerWords[at + FLAGS] = 0;
    this.#headerWords[at + LENGTH] = data.length;
    this.#vectorWords[i * VECTOR_WORDS + IOV_LEN] = data.length;
    this.#length++;
    this.#used = Math.max(this.#used, this.#length);
  }

  /**
   * The data of a message.
   *
   * @param i Which message, from 0.
   * @returns A view of the batch's memory, valid until the batch is used again.
   * @throws {RangeError} If there is no such message.
   */
  data(i: number): Uint8Array {
    checkArgumentCount("call data", arguments.length, "i");
    const at = this.#check(i) * this.size;
    return this.#space.subarray(at, at + (this.#vectorWords[i * VECTOR_WORDS + IOV_LEN] ?? 0));
  }

  /**
   * The length that the kernel reported for a message: if the call had the flag `MSG_TRUNC`, that of the whole message
   * even if it did not fit.
   *
   * @param i Which message, from 0.
   * @returns Bytes.
   * @throws {RangeError} If there is no such message.
   */
  messageLength(i: number): number {
    checkArgumentCount("call messageLength", arguments.length, "i");
    return this.#headerWords[this.#check(i) * HEADER_WORDS + LENGTH] ?? 0;
  }

  /**
   * The kernel's `MSG_*` flags of a received message, such as `MSG_TRUNC` for data that did not fit.
   *
   * @param i Which message, from 0.
   * @returns The flags, ORed.
   * @throws {RangeError} If there is no such message.
   */
  flags(i: number): number {
    checkArgumentCount("call flags", arguments.length, "i");
    return this.#headerWords[this.#check(i) * HEADER_WORDS + FLAGS] ?? 0;
  }

  /**
   * The sockaddr of a message: its sender, or its destination.
   *
   * @param i Which message, from 0.
   * @returns A view of the batch's memory, empty if there is none.
   * @throws {RangeError} If there is no such message.
   */
  sockaddr(i: number): Uint8Array {
    checkArgumentCount("call sockaddr", arguments.length, "i");
    const length = this.#headerWords[this.#check(i) * HEADER_WORDS + NAMELEN] ?? 0;
    return this.#sockaddrs.subarray(i * SOCKADDR_SIZE, i * SOCKADDR_SIZE + Math.min(length, SOCKADDR_SIZE));
  }

  /**
   * The ancillary data of a message, for `decodeControlMessages()`. The caller must close the descriptors in it.
   *
   * @param i Which message, from 0.
   * @returns A view of the batch's memory, empty if there is none.
   * @throws {RangeError} If there is no such message.
   */
  control(i: number): Uint8Array {
    checkArgumentCount("call control", arguments.length, "i");
    const length = this.#headerWords[this.#check(i) * HEADER_WORDS + CONTROLLEN] ?? 0;
    const at = i * this.controlLength;
    return this.#controls.subarray(at, at + Math.min(length, this.controlLength));
  }

  /**
   * The rest of the array of `struct mmsghdr`, for the system call.
   *
   * @param i The first message of the rest, from 0.
   * @returns A view of the batch's memory.
   */
  headersFrom(i: number): Uint8Array {
    checkArgumentCount("call headersFrom", arguments.length, "i");
    return i === 0 ? this.headers : this.headers.subarray(i * HEADER_SIZE);
  }

  #received(count: number): void {
    this.#length = this.#used = Math.min(count, this.capacity);
    for (let i = 0; i < this.#length; i++) {
      const length = this.#headerWords[i * HEADER_WORDS + LENGTH] ?? 0;
      this.#vectorWords[i * VECTOR_WORDS + IOV_LEN] = Math.min(length, this.size);
    }
  }

  /** Writes the pointers to each slot, which never change. The fields of this object keep the memory alive. */
  #writePointers(): void {
    const headers = new DataView(this.headers.buffer);
    const vectors = new DataView(this.#vectorWords.buffer);
    const [space, sockaddrs, controls, firstVector] = [
      addressOf(this.#space),
      addressOf(this.#sockaddrs),
      addressOf(this.#controls),
      addressOf(this.#vectorWords),
    ];
    for (let i = 0; i < this.capacity; i++) {
      const at = i * HEADER_SIZE;
      headers.setBigUint64(at, sockaddrs + BigInt(i * SOCKADDR_SIZE), true);
      headers.setBigUint64(at + 16, firstVector + BigInt(i * VECTOR_SIZE), true);
      headers.setBigUint64(at + 24, 1n, true);
      headers.setBigUint64(at + 32, controls + BigInt(i * this.controlLength), true);
      vectors.setBigUint64(i * VECTOR_SIZE, space + BigInt(i * this.size), true);
    }
    this.clear();
  }

  #put(part: string, bytes: Uint8Array | undefined, into: Uint8Array, at: number, room: number): void {
    if (bytes === undefined) return;
    checkBytes(bytes);
    if (bytes.length > room) {
      throw new RangeError(
        `Cannot add a message as its ${part} must be <= ${room} bytes: current length is ${bytes.length}`,
      );
    }
    into.set(bytes, at);
  }

  #check(i: number): number {
    if (Number.isInteger(i) && i >= 0 && i < this.#length) return i;
    throw new RangeError(
      `Cannot get a message as the batch has ${this.#length} of them: current index is ${i}`,
    );
  }
}

import { layout } from "../../ffi/system.ts";
import { checkBuffer } from "../../checks/check_buffer.ts";
import { listOf } from "../../checks/list_of.ts";
import { addressOf } from "../../ffi/memory.ts";
import { MAX_BUFFERS } from "./kernel_numbers.ts";
import type { ReceivedMessage } from "../transfer.ts";

const { msghdrSize: MSGHDR_SIZE, iovecSize: IOVEC_SIZE } = layout;

/**
 * A `msghdr` with its `iovec`s. It holds every buffer that its pointers refer to, since an address as a number keeps
 * nothing alive.
 *
 * ```c
 * struct msghdr {
 *   void         *msg_name;       //  0: sockaddr
 *   socklen_t     msg_namelen;    //  8
 *   struct iovec *msg_iov;        // 16
 *   size_t        msg_iovlen;     // 24
 *   void         *msg_control;    // 32
 *   size_t        msg_controllen; // 40
 *   int           msg_flags;      // 48
 * };
 * ```
 */
export class MessageHeader {
  /** The structure itself, for sendmsg(2) and recvmsg(2). */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sockaddr: Uint8Array | undefined;
  readonly #control: Uint8Array | undefined;
  /** Held so that their addresses stay valid. */
  readonly #held: Uint8Array[];
  readonly #lengths: number[];

  constructor(buffers: Uint8Array[], sockaddr?: Uint8Array, control?: Uint8Array) {
    const count = listOf("use a message", "buffers", buffers).length;
    if (count > MAX_BUFFERS) { // the kernel would say that the message is too long
      throw new RangeError(`Cannot use a message of more than ${MAX_BUFFERS} buffers: current number is ${count}`);
    }
    this.bytes = new Uint8Array(MSGHDR_SIZE);
    this.#view = new DataView(this.bytes.buffer);
    for (const part of [sockaddr, control]) {
      if (part !== undefined) checkBuffer(part, part?.byteLength);
    }
    this.#sockaddr = sockaddr;
    this.#control = control;
    const vectors = new Uint8Array(IOVEC_SIZE * buffers.length);
    const vectorsView = new DataView(vectors.buffer);
    for (const [i, buffer] of buffers.entries()) {
      checkBuffer(buffer, buffer?.byteLength);
      vectorsView.setBigUint64(i * IOVEC_SIZE, pointerTo(buffer), true);
      vectorsView.setBigUint64(i * IOVEC_SIZE + 8, BigInt(buffer.byteLength), true);
    }
    this.#held = [vectors, ...buffers];
    this.#lengths = this.#held.map(({ byteLength }) => byteLength);
    this.#view.setBigUint64(0, pointerTo(sockaddr), true);
    this.#view.setBigUint64(16, pointerTo(vectors), true);
    this.#view.setBigUint64(24, BigInt(buffers.length), true);
    this.#view.setBigUint64(32, pointerTo(control), true);
    this.reset();
  }

  /**
   * Call this before each system call.
   *
   * @throws {TypeError} If a buffer was transferred away or resized, or is not a `Uint8Array`.
   */
  check(): void {
    for (let i = 0; i < this.#held.length; i++) {
      checkBuffer(this.#held[i] as Uint8Array, this.#lengths[i] as number);
    }
  }

  /** Restores the lengths, which recvmsg(2) overwrites. */
  reset(): void {
    this.#view.setUint32(8, this.#sockaddr?.byteLength ?? 0, true);
    this.#view.setBigUint64(40, BigInt(this.#control?.byteLength ?? 0), true);
    this.#view.setInt32(48, 0, true);
  }

  /** The flags that recvmsg(2) left in the structure. */
  get flags(): number {
    return this.#view.getInt32(48, true);
  }

  /** What recvmsg(2) left in the structure. */
  received(length: number): ReceivedMessage {
    const nameLength = Math.min(this.#view.getUint32(8, true), this.#sockaddr?.byteLength ?? 0);
    const controlLength = Math.min(Number(this.#view.getBigUint64(40, true)), this.#control?.byteLength ?? 0);
    return {
      length,
      flags: this.flags,
      sockaddr: this.#sockaddr?.slice(0, nameLength) ?? new Uint8Array(0),
      control: this.#control?.subarray(0, controlLength) ?? new Uint8Array(0),
    };
  }
}

function pointerTo(buffer: Uint8Array | undefined): bigint {
  return buffer === undefined || buffer.byteLength === 0 ? 0n : addressOf(buffer);
}

import { errnoName } from "../errno.ts";
import { systemError } from "../error.ts";
import type { Backend, Owned } from "../native.ts";

// enum io_uring_op, IOSQE_*, IORING_REGISTER_*; the numbers of the system calls are the same on every processor
const IORING_OP_POLL_ADD = 6;
const IORING_OP_SEND = 26;
const IOSQE_FIXED_FILE = 1 << 0;
const IOSQE_IO_HARDLINK = 1 << 3;
const IOSQE_CQE_SKIP_SUCCESS = 1 << 6;
const IORING_REGISTER_FILES = 2;
const IORING_FEAT_CQE_SKIP = 1 << 11;
const IORING_OFF_SQES = 0x10000000n;
const SYS_IO_URING_SETUP = 425n;
const SYS_IO_URING_ENTER = 426n;
const SYS_IO_URING_REGISTER = 427n;

const PROT_READ_WRITE = 1 | 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const POLLIN = 1;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

const PARAMS_SIZE = 120;
const SQE_SIZE = 64;
const CQE_SIZE = 16;
/** The two requests of one wait; the ring is so small that they always use the same slots. */
const ENTRIES = 2;

/**
 * An io_uring(7) that does one thing: once a descriptor is readable, it sends a byte on a socket. No thread waits: when
 * the descriptor becomes readable, the kernel interrupts the sleep of the thread that submitted the wait and sends the
 * byte. The thread's event loop then finds the other end of the socket readable.
 */
export class Ring {
  readonly #libc: Backend["libc"];
  readonly #owned: Owned;
  readonly #ring: bigint;
  readonly #ringSize: bigint;
  readonly #sqes: bigint;
  readonly #tailAt: bigint;
  readonly #tail = new Uint32Array(1);
  /** Whether the kernel has not taken the last requests: they are still in the queue. */
  #isQueued = false;

  /**
   * @param fd The descriptor to watch. The caller may close it and the socket: the ring holds both.
   * @param socket Where to send the byte.
   * @throws {RingRefused} If the kernel has no io_uring, an old one, or does not let this program use it.
   * @throws {SystemError} If no descriptor is left (`EMFILE`).
   */
  constructor({ libc, errno, own }: Pick<Backend, "libc" | "errno" | "own">, fd: number, socket: number) {
    this.#libc = libc;
    // struct io_uring_params { u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
    //   struct io_sqring_offsets { u32 head, tail, ring_mask, ring_entries, flags, dropped, array, …; } sq_off; // 40 bytes
    //   struct io_cqring_offsets { u32 head, tail, ring_mask, ring_entries, overflow, cqes, …; } cq_off; };      // 40 bytes
    const params = new Uint32Array(PARAMS_SIZE / 4);
    const ringFd = libc.io_uring_setup(SYS_IO_URING_SETUP, ENTRIES, params);
    if (ringFd < 0) throw refusal(errno());
    this.#owned = own(ringFd);
    const [cqEntries = 0, features = 0, tail = 0, array = 0, cqes = 0] = [1, 5, 11, 16, 25].map((i) => params[i]);
    this.#ringSize = BigInt(Math.max(array + ENTRIES * 4, cqes + cqEntries * CQE_SIZE));
    this.#ring = libc.mmap(0n, this.#ringSize, PROT_READ_WRITE, MAP_SHARED, this.#owned.fd, 0n);
    this.#sqes = libc.mmap(0n, SQES_SIZE, PROT_READ_WRITE, MAP_SHARED, this.#owned.fd, IORING_OFF_SQES);
    const files = Int32Array.of(fd, socket);
    if (
      this.#ring === MAP_FAILED || this.#sqes === MAP_FAILED || (features & IORING_FEAT_CQE_SKIP) === 0 ||
      libc.io_uring_register(SYS_IO_URING_REGISTER, this.#owned.fd, IORING_REGISTER_FILES, files, files.length) !== 0
    ) {
      const error = errno();
      this.close();
      throw refusal(error);
    }
    this.#tailAt = this.#ring + BigInt(tail);
    libc.copyTo(this.#ring + BigInt(array), Uint32Array.of(0, 1), 8n);
    // The byte that is sent: the ring's own memory will do.
    libc.copyTo(this.#sqes, requests(this.#ring), SQES_SIZE);
  }

  /** Begins one wait; no other may be pending. Returns whether the kernel has taken it. */
  wait(): boolean {
    if (!this.#isQueued) {
      this.#tail[0] = (this.#tail[0] ?? 0) + ENTRIES;
      this.#libc.copyTo(this.#tailAt, this.#tail, 4n);
    }
    const n = this.#libc.io_uring_enter(SYS_IO_URING_ENTER, this.#owned.fd, ENTRIES, 0, 0, 0n, 0n);
    this.#isQueued = n !== ENTRIES;
    return !this.#isQueued;
  }

  /** Closes it; a wait under way is cancelled. */
  close(): void {
    if (this.#ring !== MAP_FAILED) this.#libc.munmap(this.#ring, this.#ringSize);
    if (this.#sqes !== MAP_FAILED) this.#libc.munmap(this.#sqes, SQES_SIZE);
    this.#owned.close();
  }
}

const SQES_SIZE = BigInt(ENTRIES * SQE_SIZE);

/**
 * ```c
 * struct io_uring_sqe {
 *   __u8 opcode; __u8 flags; __u16 ioprio; __s32 fd;
 *   __u64 off; __u64 addr; __u32 len; __u32 op_flags; // poll32_events, msg_flags
 *   __u64 user_data; …                                // 64 bytes
 * };
 * ```
 */
function requests(address: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(ENTRIES * SQE_SIZE));
  view.setUint8(0, IORING_OP_POLL_ADD);
  // However the wait ends, the byte is sent.
  view.setUint8(1, IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK | IOSQE_CQE_SKIP_SUCCESS);
  view.setInt32(4, 0, true); // the first of the registered files; below, the second
  view.setUint32(28, POLLIN, true);
  view.setUint8(SQE_SIZE, IORING_OP_SEND);
  view.setUint8(SQE_SIZE + 1, IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS);
  view.setInt32(SQE_SIZE + 4, 1, true);
  view.setBigUint64(SQE_SIZE + 16, address, true);
  view.setUint32(SQE_SIZE + 24, 1, true);
  view.setUint32(SQE_SIZE + 28, MSG_DONTWAIT_NOSIGNAL, true);
  return new Uint8Array(view.buffer);
}

/** The kernel refuses io_uring to this program. */
export class RingRefused extends Error {}

/** The error to throw: a temporary one as it is, or else that io_uring is not available. */
function refusal(errno: number): Error {
  const name = errnoName(errno);
  return name === "EMFILE" || name === "ENFILE" ? systemError(errno, "io_uring_setup") : new RingRefused();
}

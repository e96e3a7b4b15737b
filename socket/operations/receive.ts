import { checkBuffer } from "../../checks/check_buffer.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { countBytes, mayGoOn } from "../polling/turn.ts";
import type { ReceivedFrom } from "../transfer.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./kernel_numbers.ts";
import { withProgress } from "./progress.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace, takeSockaddr } from "./sockaddr_space.ts";

/** recv(2) with flags. */
export class Receive extends Operation<number> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #length: number;
  readonly #flags: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#length = buffer?.byteLength;
    this.#flags = flags;
  }

  /** Bytes that came. */
  attempt(): number | undefined {
    checkBuffer(this.#buffer, this.#length);
    const size = sizeOf(this.#length);
    for (;;) {
      const n = outcome(libc().recv(this.#fd, this.#buffer, size, this.#flags));
      if (n >= 0) {
        countBytes(n);
        return n;
      }
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recv");
    }
  }
}

// Buffers are often of one length, and a bigint is slow to make.
let lastLength = 0;
let lastSize = 0n;

function sizeOf(length: number): bigint {
  if (length !== lastLength) {
    lastSize = BigInt(Math.min(length, MAX_TRANSFER));
    lastLength = length;
  }
  return lastSize;
}

/**
 * recv(2) on a stream until the buffer is full or the stream ends: what `MSG_WAITALL` means, which the kernel does not
 * do for a non-blocking socket.
 */
export class ReceiveAll extends Operation<number> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #total: number;
  readonly #flags: number;
  #received = 0;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#total = buffer?.byteLength;
    this.#flags = flags;
  }

  /** Bytes that came; fewer than asked for only at the end of the stream. */
  attempt(): number | undefined {
    checkBuffer(this.#buffer, this.#total);
    while (this.#received < this.#total) {
      const rest = this.#buffer.subarray(this.#received);
      const n = outcome(libc().recv(this.#fd, rest, BigInt(Math.min(rest.byteLength, MAX_TRANSFER)), this.#flags));
      if (n === 0) break;
      if (n > 0) {
        this.#received += n;
        countBytes(n);
        if (this.#received < this.#total && !mayGoOn()) return undefined;
      } else if (n === -EAGAIN) return undefined;
      else if (n !== -EINTR) throw systemError(-n, "recv");
    }
    return this.#received;
  }

  /** Adds to the error how many bytes are in the buffer. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesRead", this.#received);
  }
}

/** recvfrom(2) with flags. */
export class ReceiveFrom extends Operation<ReceivedFrom> {
  readonly syscall = "recvfrom";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #length: number;
  readonly #flags: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#length = buffer?.byteLength;
    this.#flags = flags;
  }

  /** The length and the sender. */
  attempt(): ReceivedFrom | undefined {
    checkBuffer(this.#buffer, this.#length);
    const size = BigInt(this.#length);
    for (;;) {
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = outcome(libc().recvfrom(this.#fd, this.#buffer, size, this.#flags, sockaddrSpace, lengthSpace));
      if (n >= 0) return { length: n, sockaddr: takeSockaddr() };
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recvfrom");
    }
  }
}

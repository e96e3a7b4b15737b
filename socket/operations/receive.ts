import { checkBuffer } from "../../checks/check_buffer.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { countBytes, mayGoOn } from "../polling/turn.ts";
import type { ReceivedFrom } from "../transfer.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./kernel_numbers.ts";
import { withProgress } from "./progress.ts";
import { SingleCall } from "./single_call.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace, takeSockaddr } from "./sockaddr_space.ts";
import { TransferSize } from "./transfer_size.ts";

const sizes = new TransferSize();

/** recv(2) with flags. */
export class Receive extends SingleCall<number> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #length: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super(flags);
    this.#fd = fd;
    this.#buffer = buffer;
    this.#length = buffer?.byteLength;
  }

  protected call(flags: number): number {
    checkBuffer(this.#buffer, this.#length);
    return outcome(libc().recv(this.#fd, this.#buffer, sizes.of(this.#length), flags));
  }

  protected resultOf(n: number): number {
    countBytes(n);
    return n;
  }
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

  /** The number of bytes received; fewer than requested only at the end of the stream. */
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
export class ReceiveFrom extends SingleCall<ReceivedFrom> {
  readonly syscall = "recvfrom";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #length: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super(flags);
    this.#fd = fd;
    this.#buffer = buffer;
    this.#length = buffer?.byteLength;
  }

  protected call(flags: number): number {
    checkBuffer(this.#buffer, this.#length);
    lengthSpace[0] = SOCKADDR_SIZE;
    const size = sizes.of(this.#length);
    return outcome(libc().recvfrom(this.#fd, this.#buffer, size, flags, sockaddrSpace, lengthSpace));
  }

  protected resultOf(n: number): ReceivedFrom {
    return { length: n, sockaddr: takeSockaddr() };
  }
}

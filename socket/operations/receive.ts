import { checkBuffer } from "../../checks/check_buffer.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { countBytes, mayGoOn } from "../polling/turn.ts";
import type { ReceivedFrom } from "../transfer.ts";
import { BufferCall } from "./buffer_call.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./kernel_numbers.ts";
import { withProgress } from "./progress.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace, takeSockaddr } from "./sockaddr_space.ts";

/** recv(2) with flags. */
export class Receive extends BufferCall<number> {
  readonly syscall = "recv";

  protected call(flags: number): number {
    const size = this.size();
    return outcome(libc().recv(this.fd, this.buffer, size, flags));
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
  /** The `MSG_*` flags of the call. */
  readonly flags: number;
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #total: number;
  #received = 0;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#total = buffer?.byteLength;
    this.flags = flags;
  }

  /** The number of bytes received; fewer than requested only at the end of the stream. */
  attempt(): number | undefined {
    checkBuffer(this.#buffer, this.#total);
    while (this.#received < this.#total) {
      const rest = this.#buffer.subarray(this.#received);
      const n = outcome(libc().recv(this.#fd, rest, BigInt(Math.min(rest.byteLength, MAX_TRANSFER)), this.flags));
      if (n === 0) break;
      if (n > 0) {
        this.#received += n;
        countBytes(n);
      } else if (n === -EAGAIN) return undefined;
      else if (n !== -EINTR) throw systemError(-n, "recv");
      if (this.#received < this.#total && !mayGoOn()) return undefined;
    }
    return this.#received;
  }

  /** Adds to the error how many bytes are in the buffer. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesRead", this.#received);
  }
}

/** recvfrom(2) with flags. */
export class ReceiveFrom extends BufferCall<ReceivedFrom> {
  readonly syscall = "recvfrom";

  protected call(flags: number): number {
    const size = this.size();
    lengthSpace[0] = SOCKADDR_SIZE;
    return outcome(libc().recvfrom(this.fd, this.buffer, size, flags, sockaddrSpace, lengthSpace));
  }

  protected resultOf(n: number): ReceivedFrom {
    return { length: n, sockaddr: takeSockaddr() };
  }
}

import { systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { EAGAIN, EINTR, MAX_TRANSFER } from "./limits.ts";
import { Operation } from "./operation.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace, takeSockaddr } from "./sockaddr_space.ts";
import type { ReceivedFrom } from "./transfer.ts";

/** recv(2) with flags. */
export class Receive extends Operation<number> {
  readonly syscall = "recv";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #flags: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#flags = flags;
  }

  /** Bytes that came. */
  attempt(): number | undefined {
    for (;;) {
      const size = BigInt(Math.min(this.#buffer.byteLength, MAX_TRANSFER));
      const n = outcome(libc().recv(this.#fd, this.#buffer, size, this.#flags));
      if (n >= 0) return n;
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recv");
    }
  }
}

/** recvfrom(2) with flags. */
export class ReceiveFrom extends Operation<ReceivedFrom> {
  readonly syscall = "recvfrom";
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #flags: number;

  constructor(fd: number, buffer: Uint8Array, flags: number) {
    super();
    this.#fd = fd;
    this.#buffer = buffer;
    this.#flags = flags;
  }

  /** The length and the sender. */
  attempt(): ReceivedFrom | undefined {
    for (;;) {
      lengthSpace[0] = SOCKADDR_SIZE;
      const size = BigInt(this.#buffer.byteLength);
      const n = outcome(libc().recvfrom(this.#fd, this.#buffer, size, this.#flags, sockaddrSpace, lengthSpace));
      if (n >= 0) return { length: n, sockaddr: takeSockaddr() };
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recvfrom");
    }
  }
}

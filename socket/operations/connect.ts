import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { readOption } from "../descriptor.ts";
import { Operation } from "../operation.ts";
import { Backoff } from "./backoff.ts";
import { EAGAIN, EINPROGRESS, EINTR, ENOTCONN } from "./kernel_numbers.ts";
import type { RetryLater } from "./retry_later.ts";
import { sendError } from "./send_error.ts";
import { lengthSpace, packSockaddr, SOCKADDR_SIZE, sockaddrSpace } from "./sockaddr_space.ts";

/** connect(2), and its outcome. */
export class Connect extends Operation<string> {
  readonly syscall = "connect";
  readonly #fd: number;
  readonly #readiness: RetryLater;
  readonly #sockaddr: Uint8Array;
  readonly #address: string | undefined;
  readonly #later = new Backoff(1, 100);
  #started = false;

  constructor(fd: number, readiness: RetryLater, sockaddr: Uint8Array, address: string | undefined) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
    this.#sockaddr = sockaddr;
    this.#address = address;
  }

  /** The peer's sockaddr, packed; empty if connect(2) succeeded immediately. */
  attempt(): string | undefined {
    return this.#started ? this.#finish() : this.#start();
  }

  override address(): string | undefined {
    return this.#address;
  }

  #start(): string | undefined {
    const n = outcome(libc().connect(this.#fd, this.#sockaddr, this.#sockaddr.byteLength));
    if (n === 0) return "";
    if (n === -EAGAIN) {
      // When an AF_UNIX backlog has room again, the kernel raises no event.
      this.#readiness.readyLater("write", this.#later);
    } else if (n === -EINPROGRESS || n === -EINTR) {
      this.#started = true;
    } else {
      throw sendError(n, "connect", this.#sockaddr, this.#address);
    }
    return undefined;
  }

  #finish(): string | undefined {
    const error = readOption(this.#fd, C.SOL_SOCKET, C.SO_ERROR);
    if (error !== 0) throw systemError(error, "connect", this.#address);
    // Without an error the connection may still be in progress: only a peer's address proves it.
    lengthSpace[0] = SOCKADDR_SIZE;
    const n = outcome(libc().getpeername(this.#fd, sockaddrSpace, lengthSpace));
    if (n === -ENOTCONN) return undefined;
    if (n < 0) throw systemError(-n, "getpeername", this.#address);
    return packSockaddr();
  }
}

import { closeFd } from "../ffi/file.ts";

/**
 * A descriptor that came in a message, owned: it is closed with the message, unless it was taken out.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { OwnedFd } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const owned = new OwnedFd(Socket.open(C.AF_INET, C.SOCK_STREAM).detach());
 * using socket = Socket.fromFd(owned.take());
 * owned.close(); // nothing to close any more
 * assertEquals(socket.getOption(C.SOL_SOCKET, C.SO_DOMAIN), C.AF_INET);
 * ```
 */
export class OwnedFd implements Disposable {
  #fd: number;

  /**
   * Takes ownership of a descriptor.
   *
   * @param fd The descriptor.
   */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The descriptor, borrowed; -1 once it was taken or closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Gives the descriptor away: from now on the caller owns it.
   *
   * @returns The descriptor, close-on-exec.
   * @throws {TypeError} If it was taken or closed already.
   */
  take(): number {
    if (this.#fd < 0) throw new TypeError("Cannot take a descriptor that was taken or closed already");
    const fd = this.#fd;
    this.#fd = -1;
    return fd;
  }

  /** Closes the descriptor, unless it was taken. Closing again does nothing. */
  close(): void {
    if (this.#fd >= 0) closeFd(this.take());
  }

  /** Closes the descriptor at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

import { checkArgumentCount } from "../checks/argument_count.ts";
import { closeFd } from "../ffi/file.ts";

/**
 * A descriptor that came in a message. It is closed with the message, unless it is taken.
 *
 * Use a socket as `Socket.fromFd(owned.take())`. Read a file with libc's read(2), or open `/proc/self/fd/N` with
 * `node:fs` while this descriptor is open: Deno's `node:fs` refuses numbers that Deno did not open itself
 * (`Bad file descriptor`).
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { SO_DOMAIN, Socket } from "@berkeley/sockets/socket";
 * import { OwnedFd } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const owned = new OwnedFd(Socket.open(C.AF_INET, C.SOCK_STREAM).detach());
 * using socket = Socket.fromFd(owned.take());
 * owned.close(); // nothing left to close
 * assertEquals(socket.get(SO_DOMAIN), C.AF_INET);
 * ```
 *
 * @example Read a file that came in a message
 * ```ts
 * import { check, closeFd, libc } from "@berkeley/sockets/ffi";
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 * import { closeSync, openSync } from "node:fs";
 *
 * const [left, right] = socketPair("datagram");
 * const file = openSync("/proc/self/cmdline", "r");
 * await left.sendMessage({ fds: [file] });
 * using message = await right.receiveMessage({ maxFds: 1 });
 * const fd = message.fds[0]?.take() ?? -1;
 * const buffer = new Uint8Array(4);
 * assertEquals(check(libc().read(fd, buffer, 4n), "read"), 4);
 * closeFd(fd); // it was taken, so nothing else closes it
 * closeSync(file);
 * left.close();
 * right.close();
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

  /** The descriptor, borrowed; -1 once it is taken or closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Releases the descriptor: from now on the caller owns it, and closes it with `closeFd()` of `./ffi`, or by closing
   * the `Socket` made from it.
   *
   * @returns The descriptor, close-on-exec.
   * @throws {TypeError} If it was already taken or closed.
   */
  take(): number {
    checkArgumentCount("call take", arguments.length);
    if (this.#fd < 0) throw new TypeError("Cannot take a descriptor that was already taken or closed");
    const fd = this.#fd;
    this.#fd = -1;
    return fd;
  }

  /** Closes the descriptor, unless it was taken. Closing again does nothing. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    if (this.#fd >= 0) closeFd(this.take());
  }

  /** Closes the descriptor at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

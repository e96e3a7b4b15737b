import type { Backend, Owned } from "../native.ts";
import { system } from "../system.ts";
import { isMainThread } from "./builtin.ts";

const { AF_UNIX, O_CLOEXEC, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } = system.constants;

/**
 * Makes the runtime hold a socket until it is closed, or its thread ends.
 *
 * @param onHeld Called once the runtime holds it, unless it was closed before.
 */
export type Hold = (fd: number, onHeld: () => void) => { close(): void };

/**
 * Makes the runtime the owner of descriptors in a `Worker`: if that is terminated, it runs no more code, but the runtime
 * closes its own sockets. So the runtime is given a socket, and dup3(2) puts the descriptor in its place.
 *
 * @param hold Left out where the runtime does not close its sockets.
 */
export function ownership(libc: Backend["libc"], hold?: Hold): Backend["own"] {
  const settled = Promise.resolve();
  const alone = (fd: number): Owned => ({ fd, settled, close: () => void libc.close(fd) });
  if (hold === undefined || isMainThread()) return alone;
  return (fd) => {
    const pair = new Int32Array(2);
    const isOpen = libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) === 0;
    return isOpen ? new HeldDescriptor(libc, hold, fd, pair) : alone(fd); // at the limit of descriptors it still works
  };
}

class HeldDescriptor implements Owned {
  fd: number;
  readonly settled: Promise<void>;
  readonly #libc: Backend["libc"];
  readonly #socket: { close(): void };
  /** The end that keeps the runtime's socket connected until the descriptor takes its place. */
  readonly #end: number;
  #isHeld = false;

  constructor(libc: Backend["libc"], hold: Hold, fd: number, [place = -1, end = -1]: Int32Array) {
    this.#libc = libc;
    this.fd = fd;
    this.#end = end;
    let settle = (): void => {};
    this.settled = new Promise((resolve) => settle = resolve);
    this.#socket = hold(place, () => {
      settle();
      if (libc.dup3(fd, place, O_CLOEXEC) !== place) return; // it keeps its number, and works all the same
      this.#isHeld = true;
      this.fd = place;
      this.#release(fd);
    });
  }

  close(): void {
    if (!this.#isHeld) this.#release(this.fd);
    this.#socket.close();
  }

  #release(fd: number): void {
    this.#libc.close(fd);
    this.#libc.close(this.#end);
  }
}

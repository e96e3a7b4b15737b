import { systemError } from "../error.ts";
import type { Backend, Watch } from "../native.ts";
import { system } from "../system.ts";
import { Ring } from "./ring.ts";
import { TimerWatch } from "./timer_watch.ts";

const { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } = system.constants;

/** A socket that the runtime's event loop reads and owns. */
export interface Adopted {
  /** Sets whether it keeps the program alive. It does by default. */
  reference(value: boolean): void;
  /** Closes it. */
  close(): void;
}

/** Makes the runtime read a socket, discard the data, and call back each time. */
export type Adopt = (fd: number, onBytes: () => void) => Adopted;

/** A watch by a {@linkcode Ring} that sends to a socket of the runtime. */
export class RingWatch implements Watch {
  readonly #ring: Ring;
  readonly #end: Adopted;
  readonly #onReadable: () => void;
  /** For when the kernel takes no request because it lacks memory. */
  readonly #timer: TimerWatch;
  #isStarted = false;

  constructor(calls: Pick<Backend, "libc" | "errno" | "own">, adopt: Adopt, fd: number, onReadable: () => void) {
    this.#onReadable = onReadable;
    const { libc, errno } = calls;
    const pair = new Int32Array(2);
    if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) !== 0) {
      throw systemError(errno(), "socketpair");
    }
    const [ours = -1, theirs = -1] = pair;
    try {
      this.#ring = new Ring(calls, fd, ours);
    } catch (error) {
      libc.close(theirs);
      throw error;
    } finally {
      libc.close(ours); // the ring holds the socket itself
    }
    this.#timer = new TimerWatch(() => this.#fire());
    this.#end = adopt(theirs, () => this.#fire());
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    if (!this.#ring.wait()) this.#timer.start();
  }

  reference(value: boolean): void {
    this.#end.reference(value);
    this.#timer.reference(value);
  }

  close(): void {
    this.#isStarted = false;
    this.#timer.close();
    this.#ring.close();
    this.#end.close();
  }

  #fire(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#onReadable();
  }
}

import type { Backend } from "../native.ts";
import { RingRefused } from "./ring.ts";
import { type Adopt, RingWatch } from "./ring_watch.ts";
import { ThreadWatch } from "./thread_watch.ts";
import { TimerWatch } from "./timer_watch.ts";

type OpenWatch = Backend["watch"];

/** The ways in which a runtime can learn that a descriptor is readable. */
export interface Ways {
  /** The runtime's event loop watches the descriptor. This is fastest, where the runtime gives access to its loop. */
  loop?: OpenWatch | undefined;
  /** Makes the runtime read a socket, to which an io_uring then sends. */
  adopt: Adopt;
  /** Milliseconds that a call off the event loop may take; left out where such a call would do harm. */
  longest?: number | undefined;
}

let isRingAvoided = false;

/** From now on, a thread waits instead of an io_uring where the runtime's loop cannot. */
export function avoidRing(): void {
  isRingAvoided = true;
}

const VARIABLE = "BERKELEY_SOCKETS_WAKE";

/**
 * Chooses what wakes a waiting program: the runtime's event loop, else an io_uring, else a thread. The
 * environment variable `BERKELEY_SOCKETS_WAKE` forces one: `ring` or `thread`.
 */
export function chooseWatch(backend: Omit<Backend, "watch">, { loop, adopt, longest }: Ways): OpenWatch {
  const ring: OpenWatch = (fd, onReadable) => new RingWatch(backend, adopt, fd, onReadable);
  const thread: OpenWatch = (fd, onReadable) => {
    return longest === undefined ? new TimerWatch(onReadable) : new ThreadWatch(backend, fd, longest, onReadable);
  };
  const forced = variable(backend.libc, VARIABLE);
  switch (forced) {
    case "ring":
      return ring;
    case "thread":
      return thread;
    case undefined:
    case "":
      break;
    default:
      throw new Error(`Cannot wait as ${VARIABLE} must be ring or thread: current value is ${forced}`);
  }
  if (loop !== undefined) return loop;
  let chosen = ring;
  return (fd, onReadable) => {
    if (isRingAvoided) return thread(fd, onReadable);
    try {
      return chosen(fd, onReadable);
    } catch (error) {
      if (!(error instanceof RingRefused)) throw error;
      chosen = thread;
      setImmediate(warn);
      return chosen(fd, onReadable);
    }
  };
}

function variable(libc: Backend["libc"], name: string): string | undefined {
  const address = libc.getenv(new TextEncoder().encode(`${name}\0`));
  if (address === 0n) return undefined;
  const text = new Uint8Array(Math.min(Number(libc.strlen(address)), 100));
  if (text.length > 0) libc.copyFrom(text, address, BigInt(text.length));
  return new TextDecoder().decode(text);
}

function warn(): void {
  const host = globalThis as unknown as { process?: { emitWarning(text: string, options: { code: string }): void } };
  host.process?.emitWarning(
    "This system refuses io_uring: @berkeley/sockets waits in a thread, which wakes up later and costs more",
    { code: "BERKELEY_SOCKETS_THREAD" },
  );
}

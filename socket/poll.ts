import { listOf } from "../checks/list_of.ts";
import { checkOptions } from "../checks/option_names.ts";
import { oneOf } from "../checks/one_of.ts";
import { quoted } from "../checks/quoted.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { isTimeoutError } from "../checks/timeout_error.ts";
import { C } from "../ffi/constants.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { layout } from "../ffi/system.ts";
import { libc } from "../ffi/libc.ts";
import { Call } from "./operation.ts";
import { EEXIST } from "./operations/kernel_numbers.ts";
import { Readiness } from "./polling/readiness.ts";
import type { Socket } from "./socket.ts";
import { checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** What {@linkcode poll} looks for: it always reports `"error"` and the end, even if not requested. */
export type PollEvent = "read" | "write" | "urgent" | "error";

/** What {@linkcode poll} can watch: a socket, or a connection, listener or datagram socket that has one. */
export type Pollable = Socket | { readonly socket: Socket };

/** A socket for {@linkcode poll} to watch. */
export interface PollRequest<S extends Pollable> {
  /** The socket, or its owner. */
  socket: S;
  /**
   * What to look for.
   *
   * @default {["read"]}
   */
  events?: PollEvent[];
}

/** What {@linkcode poll} found for a socket: `true` for what would not wait now. */
export interface PollResult<S extends Pollable> {
  /** The socket of the request. */
  socket: S;
  /** There is something to read or to accept, or the end of the stream. */
  read: boolean;
  /** There is room to write, or the connection is established. */
  write: boolean;
  /** There is urgent data. */
  urgent: boolean;
  /** There is an error: of the connection, or in the error queue. */
  error: boolean;
  /** The other end has stopped sending, or the connection is over. */
  hangup: boolean;
}

const BITS: Record<PollEvent, number> = { read: C.EPOLLIN, write: C.EPOLLOUT, urgent: C.EPOLLPRI, error: 0 };

/**
 * Waits until one of several sockets is ready, like poll(2) and select(2). It reads nothing, and may run while reads
 * and writes wait on the same sockets.
 *
 * Permission: `--allow-ffi`.
 *
 * @typeParam S The type of the sockets.
 * @param requests The sockets, each at most once, and what to look for.
 * @param options How long to wait; with a `timeout` of 0, it does not wait.
 * @returns The ready sockets, in the order of the requests; none after the timeout.
 * @throws {TypeError} If a socket appears twice.
 * @throws {SystemError} If a socket is closed, or is closed during the wait (`EBADF`).
 *
 * @see {@link https://man7.org/linux/man-pages/man2/poll.2.html | poll(2)}
 *
 * @example Usage
 * ```ts
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { poll } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using one = UdpSocket.bind({ hostname: "127.0.0.1" });
 * using two = UdpSocket.bind({ hostname: "127.0.0.1" });
 * assertEquals(await poll([{ socket: one }, { socket: two }], { timeout: 0 }), []);
 * await one.send(new Uint8Array(1), { addr: two.localAddr });
 * const [ready] = await poll([{ socket: one }, { socket: two }]);
 * assertEquals(ready?.socket, two);
 * assertEquals(ready?.read, true);
 * ```
 */
export async function poll<S extends Pollable>(
  requests: readonly PollRequest<S>[],
  options?: WaitOptions,
): Promise<PollResult<S>[]> {
  checkArgumentCount("call poll", arguments.length, "requests", "{ signal, timeout }");
  if (options !== undefined) options = checkWaitOptions("call poll", options);
  const asked = listOf("poll", "requests", requests).map((request) =>
    checkOptions("poll", request, { events: true, socket: true })
  );
  const epfd = check(libc().epoll_create1(C.EPOLL_CLOEXEC), "epoll_create1");
  // An epoll instance is itself a descriptor, which is readable when one of its descriptors is ready.
  const readiness = new Readiness(epfd);
  const ends: (() => void)[] = [];
  const references: (() => boolean)[] = [];
  // One socket that keeps the program alive is enough; so is a poll of no sockets, which is a pause.
  const hold = (): void => {
    readiness.referenced = references.length === 0 || references.some((isReferenced) => isReferenced());
  };
  try {
    for (const [i, request] of asked.entries()) {
      watch(epfd, request, i);
      ends.push(socketOf(request).onEnd(() => readiness.end(closedError, false)));
      const { isReferenced, stop } = socketOf(request).watchReference(hold);
      references.push(isReferenced);
      ends.push(stop);
    }
    hold();
    const look = new Call("poll", () => readyOf(epfd, asked));
    return await readiness.run("read", look, options);
  } catch (error) {
    if (options?.timeout !== undefined && isTimeoutError(error) && error !== options.signal?.reason) return [];
    throw error;
  } finally {
    for (const stop of ends) stop();
    readiness.end(closedError, true);
    libc().close(epfd);
  }
}

function watch(epfd: number, request: PollRequest<Pollable>, i: number): void {
  const { fd } = socketOf(request);
  if (fd < 0) throw closedError();
  const events = listOf("poll", "events", request.events ?? ["read"]).reduce(
    (bits, event) => bits | oneOf("poll", "event", event, BITS),
    0,
  );
  const event = new DataView(new ArrayBuffer(layout.epollEventSize));
  event.setUint32(0, events | (events === 0 ? 0 : C.EPOLLRDHUP), true);
  event.setUint32(layout.epollDataOffset, i, true);
  const n = outcome(libc().epoll_ctl(epfd, C.EPOLL_CTL_ADD, fd, new Uint8Array(event.buffer)));
  if (n === -EEXIST) throw new TypeError(`Cannot watch a socket twice: current index is ${i}`);
  if (n < 0) throw systemError(-n, "epoll_ctl");
}

function socketOf({ socket }: PollRequest<Pollable>): Socket {
  if (typeof socket === "object" && socket !== null) {
    const found = "fd" in socket ? socket : socket.socket;
    if (typeof found?.onEnd === "function") return found;
  }
  throw new TypeError(`Cannot poll what is not a socket: current value is ${quoted(socket)}`);
}

function closedError(): Error {
  return libraryError("EBADF", "poll", "Cannot poll: a socket is closed");
}

function readyOf<S extends Pollable>(
  epfd: number,
  requests: readonly PollRequest<S>[],
): PollResult<S>[] | undefined {
  const most = Math.max(requests.length, 1); // epoll_wait(2) refuses 0
  const events = new Uint8Array(layout.epollEventSize * most);
  const n = outcome(libc().epoll_wait(epfd, events, most, 0));
  if (n <= 0) return undefined;
  const view = new DataView(events.buffer);
  const bitsOf = new Map<number, number>();
  for (let at = 0; at < n * layout.epollEventSize; at += layout.epollEventSize) {
    bitsOf.set(view.getUint32(at + layout.epollDataOffset, true), view.getUint32(at, true));
  }
  return requests.flatMap(({ socket }, i) => {
    const bits = bitsOf.get(i);
    return bits === undefined ? [] : [{
      socket,
      read: (bits & C.EPOLLIN) !== 0,
      write: (bits & C.EPOLLOUT) !== 0,
      urgent: (bits & C.EPOLLPRI) !== 0,
      error: (bits & C.EPOLLERR) !== 0,
      hangup: (bits & (C.EPOLLHUP | C.EPOLLRDHUP)) !== 0,
    }];
  });
}

import { listOf } from "../../checks/list_of.ts";
import { checkArgumentCount } from "../../checks/argument_count.ts";
import { oneOf } from "../../checks/one_of.ts";
import { checkTimeout } from "../../checks/check_timeout.ts";
import { checkOptions } from "../../checks/option_names.ts";
import { INT_MAX, within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { libraryError } from "../../ffi/error.ts";
import type { PollEvent } from "../poll.ts";
import { deadlineIn, pollUntil } from "./_wait.ts";
import type { BlockingOptions } from "./options.ts";

export type { PollEvent } from "../poll.ts";

/** A socket for {@linkcode poll} to watch. */
export interface PollRequest<S extends { readonly fd: number }> {
  /** The socket, or another descriptor. */
  socket: S;
  /**
   * What to look for.
   *
   * @default {["read"]}
   */
  events?: PollEvent[];
}

/** What {@linkcode poll} found for a socket: `true` for what would not block now. */
export interface PollResult<S extends { readonly fd: number }> {
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

const BITS: Record<PollEvent, number> = {
  read: C.POLLIN | C.POLLRDHUP,
  write: C.POLLOUT | C.POLLRDHUP,
  urgent: C.POLLPRI | C.POLLRDHUP,
  error: 0,
};

/**
 * Blocks until one of several sockets is ready, like poll(2). Other descriptors are allowed too, such as `{ fd: 0 }`. It
 * reads nothing. It also takes the place of select(2), which asks the same, but takes no descriptor over 1023: what
 * select() has in its three sets are here the events `read`, `write` and `urgent`. Permission: `--allow-ffi`.
 *
 * @typeParam S The type of the sockets.
 * @param requests The sockets, and what to look for.
 * @param options How long to block; with a `timeout` of 0, it does not block.
 * @returns The ready sockets, in the order of the requests; none after the timeout.
 * @throws {SystemError} If a socket is closed (`EBADF`).
 *
 * @see {@link https://man7.org/linux/man-pages/man2/poll.2.html | poll(2)}
 * @see {@link https://man7.org/linux/man-pages/man2/select.2.html | select(2)}
 *
 * @example Usage
 * ```ts
 * import { BlockingSocket, poll } from "@berkeley/sockets/blocking";
 * import { C } from "@berkeley/sockets/ffi";
 * import { udpAddrCodec } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const [one, two] = [0, 1].map(() => BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { codec: udpAddrCodec }));
 * if (one === undefined || two === undefined) throw new Error("expected two sockets");
 * two.bind({ hostname: "127.0.0.1", port: 0 });
 * assertEquals(poll([{ socket: one }, { socket: two }], { timeout: 0 }), []);
 * one.sendto(new Uint8Array(1), two.localAddr);
 * assertEquals(poll([{ socket: one }, { socket: two }])[0]?.socket, two);
 * one.close();
 * two.close();
 * ```
 */
export function poll<S extends { readonly fd: number }>(
  requests: readonly PollRequest<S>[],
  options?: BlockingOptions,
): PollResult<S>[] {
  checkArgumentCount("call poll", arguments.length, "requests", "options");
  if (options !== undefined) options = checkOptions("poll", options, { timeout: true });
  const deadline = deadlineIn(checkTimeout(options?.timeout ?? Infinity));
  listOf("poll", "requests", requests);
  // struct pollfd: see pollUntil()
  const fds = new Int32Array(requests.length * 2);
  for (const [i, request] of requests.entries()) {
    const { socket, events = ["read"] } = checkOptions("poll", request, { events: true, socket: true });
    if (socket?.fd === -1) throw closedError(); // as closed sockets say
    fds[i * 2] = within("poll", "descriptor", socket?.fd, INT_MAX); // poll(2) would take NaN as descriptor 0
    fds[i * 2 + 1] = listOf("poll", "events", events).reduce(
      (bits, event) => bits | oneOf("poll", "event", event, BITS),
      0,
    );
  }
  pollUntil(fds, deadline);
  if (fds.some((word, i) => i % 2 === 1 && (word >>> 16 & C.POLLNVAL) !== 0)) throw closedError();
  return requests.flatMap(({ socket }, i) => {
    const bits = (fds[i * 2 + 1] ?? 0) >>> 16;
    return bits === 0 ? [] : [{
      socket,
      read: (bits & C.POLLIN) !== 0,
      write: (bits & C.POLLOUT) !== 0,
      urgent: (bits & C.POLLPRI) !== 0,
      error: (bits & C.POLLERR) !== 0,
      hangup: (bits & (C.POLLHUP | C.POLLRDHUP)) !== 0,
    }];
  });
}

function closedError(): Error {
  return libraryError("EBADF", "poll", "Cannot poll: a socket is closed");
}

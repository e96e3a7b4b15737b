import type { Socket } from "../socket/socket.ts";

/** One of the addresses that a name resolves to. */
export interface Endpoint {
  /** The address family, `AF_*`. */
  family: number;
  /** The address, as bytes. */
  sockaddr: Uint8Array;
  /** The address as text, for errors. */
  address: string;
}

/** Milliseconds between the starts of two attempts: the "Connection Attempt Delay" of RFC 8305, section 5. */
const ATTEMPT_DELAY = 250;

/**
 * Connects to whichever of several addresses answers first, as RFC 8305 describes: families alternate, an attempt
 * starts when the previous one has failed or has not answered within 250 ms, and the first success ends the others.
 *
 * @param endpoints The addresses, the preferred one first.
 * @param open Makes the socket for an address.
 * @param signal Ends all attempts.
 * @returns The connected socket, which the caller owns.
 * @throws The error of the preferred address if all attempts fail; the other errors are in its `cause`.
 */
export async function connectFirst(
  endpoints: readonly Endpoint[],
  open: (endpoint: Endpoint) => Socket,
  signal?: AbortSignal,
): Promise<Socket> {
  const queue = alternateFamilies(endpoints);
  const over = new AbortController();
  const end = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const errors: unknown[] = []; // in the order of the attempts
  const attempts: Promise<Socket | undefined>[] = [];
  const running = new Set<Promise<Socket | undefined>>();
  let winner: Socket | undefined;
  try {
    while (queue.length > 0 || running.size > 0) {
      const next = queue.shift();
      if (next !== undefined) {
        const place = attempts.length;
        const attempt: Promise<Socket | undefined> = connectTo(next, open, end)
          .catch((error): undefined => void (errors[place] = error))
          .finally(() => running.delete(attempt));
        running.add(attempt);
        attempts.push(attempt);
      }
      winner = await firstOf(running, queue.length > 0 ? ATTEMPT_DELAY : undefined);
      if (winner !== undefined) return winner;
      signal?.throwIfAborted();
    }
  } finally {
    over.abort();
    // Two may have succeeded in one turn of the event loop.
    for (const attempt of attempts) void attempt.then((late) => late === winner || late?.close());
  }
  throw errors.length === 1 ? errors[0] : withCause(errors);
}

async function connectTo(endpoint: Endpoint, open: (endpoint: Endpoint) => Socket, signal: AbortSignal) {
  const socket = open(endpoint);
  try {
    await socket.connect(endpoint.sockaddr, { signal, address: endpoint.address });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The first attempt that succeeds; `undefined` as soon as one has failed, or after the delay. */
async function firstOf(
  running: Iterable<Promise<Socket | undefined>>,
  delay: number | undefined,
): Promise<Socket | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    if (delay !== undefined) timer = setTimeout(() => resolve(undefined), delay);
  });
  try {
    return await Promise.race([...running, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** "First Address Family Count" 1 of RFC 8305, section 4: one address of each family in turn. */
function alternateFamilies(endpoints: readonly Endpoint[]): Endpoint[] {
  const preferred = endpoints.filter(({ family }) => family === endpoints[0]?.family);
  const others = endpoints.filter(({ family }) => family !== endpoints[0]?.family);
  const ordered: Endpoint[] = [];
  for (let i = 0; i < Math.max(preferred.length, others.length); i++) {
    ordered.push(...preferred.slice(i, i + 1), ...others.slice(i, i + 1));
  }
  return ordered;
}

function withCause(errors: unknown[]): unknown {
  const [first] = errors;
  if (first instanceof Error) first.cause = new AggregateError(errors, "Cannot connect to any of the addresses");
  return first;
}

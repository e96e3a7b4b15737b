/** Milliseconds of work before timers and other connections get their turn. */
const BUDGET = 4;

/**
 * How many frames of one read are handled before their results are written: with many in flight, the two ends then work
 * in parallel instead of taking turns.
 */
export const PORTION = 32;

type Queue = Map<object, (() => void)[]>;

const { setImmediate = setTimeout } = globalThis as { setImmediate?: (callback: () => void) => unknown };
/** The waiters in order, each with its promises: those with short work, and those with long. */
const short: Queue = new Map();
const long: Queue = new Map();
let isScheduled = false;
let isTurnOfLong = false;
let begun = performance.now();

/** Whether all connections together have worked long enough for one turn of the event loop. */
export function turnIsOver(): boolean {
  return performance.now() - begun > BUDGET;
}

/**
 * Waits until the event loop has processed timers and other sockets. Waiters take turns: each does the work of one call,
 * without another await before it.
 *
 * @param who The waiter: those with more work do not keep others waiting.
 * @param isLong Whether its next work takes long: those with short work then do not wait for all of the long.
 */
export function nextTurn(who: object, isLong = false): Promise<void> {
  return new Promise((resolve) => {
    const queue = isLong ? long : short;
    const those = queue.get(who);
    if (those === undefined) queue.set(who, [resolve]);
    else those.push(resolve);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(begin);
  });
}

/** Every other turn begins with long work, so that neither kind waits for all of the other. */
function begin(): void {
  begun = performance.now();
  isTurnOfLong = !isTurnOfLong;
  goOn(isTurnOfLong);
}

function goOn(prefersLong: boolean): void {
  const queue = (prefersLong ? long.size > 0 : short.size === 0) ? long : short;
  for (const [who, those] of queue) {
    queue.delete(who);
    those.shift()?.();
    if (those.length > 0) queue.set(who, those); // after the others
    break;
  }
  queueMicrotask(() => { // after the work of the previous waiter
    if (short.size + long.size === 0) isScheduled = false;
    else if (turnIsOver()) setImmediate(begin);
    else goOn(false);
  });
}

/** Milliseconds of work before timers and other connections get their turn. */
const BUDGET = 4;

/**
 * How many frames of one read are handled before their results are written: with many in flight, the two ends then work
 * in parallel instead of taking turns.
 */
export const PORTION = 32;

const { setImmediate = setTimeout } = globalThis as { setImmediate?: (callback: () => void) => unknown };
/** The waiters in order, each with its promises. */
const waiting = new Map<object, (() => void)[]>();
let isScheduled = false;
let begun = performance.now();

/** Whether all connections together have worked long enough for one turn of the event loop. */
export function turnIsOver(): boolean {
  return performance.now() - begun > BUDGET;
}

/**
 * Waits until the event loop has processed timers and other sockets. Waiters take turns: check {@linkcode turnIsOver}
 * again before the work.
 *
 * @param who The waiter: those with more work do not keep others waiting.
 */
export function nextTurn(who: object): Promise<void> {
  return new Promise((resolve) => {
    const those = waiting.get(who);
    if (those === undefined) waiting.set(who, [resolve]);
    else those.push(resolve);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(begin);
  });
}

function begin(): void {
  begun = performance.now();
  goOn();
}

function goOn(): void {
  for (const [who, those] of waiting) {
    waiting.delete(who);
    those.shift()?.();
    if (those.length > 0) waiting.set(who, those); // after the others
    break;
  }
  queueMicrotask(() => { // after the work of the previous waiter
    if (waiting.size === 0) isScheduled = false;
    else if (turnIsOver()) setImmediate(begin);
    else goOn();
  });
}

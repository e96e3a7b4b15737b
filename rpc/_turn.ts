/** Milliseconds of work before timers and other connections get their turn. */
const BUDGET = 4;

/**
 * How many frames of one read are handled before what came of them is written: with many in flight, the two ends work at
 * the same time instead of in turns.
 */
export const PORTION = 32;

const { setImmediate = setTimeout } = globalThis as { setImmediate?: (callback: () => void) => unknown };
/** Who waits, in order, each with what it waits for. */
const waiting = new Map<object, (() => void)[]>();
let isScheduled = false;
let begun = performance.now();

/** Whether the work of all connections together has taken long enough for one turn of the event loop. */
export function turnIsOver(): boolean {
  return performance.now() - begun > BUDGET;
}

/**
 * Waits until the event loop has gone on to timers and other sockets. All that wait take turns: check
 * {@linkcode turnIsOver} again before the work.
 *
 * @param who For whom: those with more to do do not keep others waiting.
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
  queueMicrotask(() => { // after the work of the one that has just gone on
    if (waiting.size === 0) isScheduled = false;
    else if (turnIsOver()) setImmediate(begin);
    else goOn();
  });
}

/**
 * Limits how long operations may succeed immediately, one after the other, before the event loop turns.
 *
 * An operation that succeeds immediately settles a promise, and the runtime settles all promises before the loop turns:
 * a flooding peer would keep timers, signals and every other connection waiting forever.
 */

/** Milliseconds that operations may take between two turns. */
const SLICE = 1;
/** The amount of work after which the clock is read: an operation counts 1, plus 1 for each 4 KiB that it moves. */
const LOOK = 16;
const UNIT = 4096;

const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): unknown };

let work = 0;
let end = 0;
/** Whether the next turn is requested. */
let asked = false;
let over = false;
let callbacks: (() => void)[] = [];

/** Counts operations inside one operation: the messages of a batch. */
export function countOperations(count: number): void {
  work += count;
}

/** Counts bytes that were moved. */
export function countBytes(bytes: number): void {
  work += bytes / UNIT;
}

/** Whether one more operation may be tried before the event loop turns. */
export function mayGoOn(): boolean {
  if (over) return false;
  if (++work < LOOK) return true;
  work = 0;
  const now = performance.now();
  if (now < end) return true;
  // Either the loop has turned unnoticed, or the time is over: the next turn decides.
  if (asked) over = true;
  else askForTurn();
  end = now + SLICE;
  return !over;
}

/** Whether nothing more may be tried in this turn. */
export function isTurnOver(): boolean {
  return over;
}

/** Calls back in the next turn of the event loop. */
export function nextTurn(callback: () => void): void {
  callbacks.push(callback);
  if (!asked) askForTurn();
}

function askForTurn(): void {
  asked = true;
  setImmediate(turnBegins);
}

/** Call this where the event loop has certainly turned, such as in a timer. */
export function turnBegins(): void {
  asked = over = false;
  work = 0;
  end = performance.now() + SLICE;
  const due = callbacks;
  callbacks = [];
  for (const callback of due) callback();
}

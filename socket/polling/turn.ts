/**
 * How long operations may succeed at once, one after the other, before the event loop turns.
 *
 * What succeeds at once settles a promise, and promises are all settled before the loop turns: a peer that floods would
 * keep timers, signals and every other connection waiting for ever.
 */

/** Milliseconds that operations may take between two turns. */
const SLICE = 1;
/** The clock is read once for so much work: an operation is 1, and each 4 KiB that it moves are 1 more. */
const LOOK = 16;
const UNIT = 4096;

const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): unknown };

let work = 0;
let end = 0;
/** Whether the next turn is asked for. */
let asked = false;
let over = false;
let callbacks: (() => void)[] = [];

/** Counts operations that were done inside one: the messages of a batch. */
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
  // Either the loop has turned without a word, or the time is over: the next turn tells.
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

/** To be called where it is certain that the event loop has turned, such as in a timer. */
export function turnBegins(): void {
  asked = over = false;
  work = 0;
  end = performance.now() + SLICE;
  const due = callbacks;
  callbacks = [];
  for (const callback of due) callback();
}

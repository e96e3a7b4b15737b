import type { Operation, OperationQueue } from "../operation.ts";

/** A queue without operations, which assumes that the descriptor is ready. */
export function emptyQueue(interest: number, destination?: string): OperationQueue {
  return { ready: true, head: undefined, tail: undefined, timed: false, deferred: false, interest, destination };
}

/** Puts an operation at the end of a queue. */
export function append(queue: OperationQueue, operation: Operation<unknown>): void {
  operation.queue = queue;
  operation.before = queue.tail;
  if (queue.tail === undefined) queue.head = operation;
  else queue.tail.next = operation;
  queue.tail = operation;
}

/** Takes an operation out of its queue, wherever it is in it, so that it can run again; returns that queue. */
export function unlink(operation: Operation<unknown>): OperationQueue {
  const queue = operation.queue as OperationQueue;
  const { before, next } = operation;
  if (before === undefined) queue.head = next;
  else before.next = next;
  if (next === undefined) queue.tail = before;
  else next.before = before;
  operation.queue = operation.before = operation.next = undefined;
  return queue;
}

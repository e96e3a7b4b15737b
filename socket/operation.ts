import type { Progress } from "./wait_options.ts";

/** What an operation waits for: bytes, room in the send buffer, or urgent data. Each has its own queue. */
export type Direction = "read" | "write" | "urgent";

/** Operations that wait for each other: those of one direction, or those to one destination. */
export interface OperationQueue {
  /** False after the kernel reported that the call would block: only an event sets it to true again. */
  ready: boolean;
  head: Operation<unknown> | undefined;
  tail: Operation<unknown> | undefined;
  /** Whether a timer will try it again. */
  timed: boolean;
  /** Whether it is tried again in the next turn of the event loop. */
  deferred: boolean;
  /** The events that it waits for, `EPOLL*` bits. */
  readonly interest: number;
  /** The value of {@linkcode Operation.destination}, if this queue delays only operations to that destination. */
  readonly destination: string | undefined;
}

/**
 * An operation on a socket that may have to wait: what it tries, and the promise that it settles.
 *
 * Each frequent operation is a class, not a closure per call: V8 optimizes a method once, and only optimized code calls
 * C directly.
 *
 * @typeParam T The result.
 *
 * @example Wait for the next message without taking it
 * ```ts
 * import { C, libc, outcome } from "@berkeley/sockets/ffi";
 * import { Operation, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Peek extends Operation<number> {
 *   readonly syscall = "recv";
 *   constructor(readonly fd: number) {
 *     super();
 *   }
 *   attempt(): number | undefined {
 *     const n = outcome(libc().recv(this.fd, new Uint8Array(1), 1n, C.MSG_PEEK | C.MSG_TRUNC));
 *     return n < 0 ? undefined : n;
 *   }
 * }
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
 * const length = right.run("read", new Peek(right.fd));
 * await left.send(new Uint8Array(100));
 * assertEquals(await length, 100);
 * left.close();
 * right.close();
 * ```
 */
export abstract class Operation<T> {
  /** C name of the call, for errors. */
  abstract readonly syscall: string;
  /** Resolves the promise; set when the operation has to wait. */
  resolve: (value: never) => void = unset;
  /** Rejects the promise; set when the operation has to wait. */
  reject: (error: unknown) => void = unset;
  /** Stops watching for the signal and the timeout of the wait. */
  stopWatching: (() => void) | undefined = undefined;
  /** Where to report how much was done. */
  progress: Progress | undefined = undefined;
  /**
   * The queue that it waits in.
   *
   * @internal
   */
  queue: OperationQueue | undefined = undefined;
  /** The operation before this one in its queue. */
  before: Operation<unknown> | undefined = undefined;
  /** The operation after this one in its queue. */
  next: Operation<unknown> | undefined = undefined;

  /** Tries once: returns the result, or `undefined` if it would block. */
  abstract attempt(): T | undefined;

  /** Identifies the destination, where one may be full while the socket's other destinations are not. */
  destination(): string | undefined {
    return undefined;
  }

  /** The address for error messages, as text. */
  address(): string | undefined {
    return undefined;
  }

  /**
   * The error to reject with, made from the one that ended the operation: a place to add how much was done.
   *
   * @param error The error.
   * @param _aborted Whether it is the reason of an `AbortSignal`, which must not be changed.
   * @returns The same error, or a more detailed one.
   */
  rejection(error: unknown, _aborted: boolean): unknown {
    return error;
  }
}

function unset(): void {}

/** An operation as a function, for the less frequent ones. */
export class Call<T> extends Operation<T> {
  override readonly attempt: () => T | undefined;

  constructor(readonly syscall: string, attempt: () => T | undefined) {
    super();
    this.attempt = attempt;
  }
}

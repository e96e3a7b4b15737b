let _kept: unknown;

/** Keeps memory alive until a call off the event loop is over: the pointers that it was given keep nothing alive. */
export async function held<T>(call: Promise<T>, ...memory: unknown[]): Promise<T> {
  try {
    return await call;
  } finally {
    _kept = memory;
    _kept = undefined;
  }
}

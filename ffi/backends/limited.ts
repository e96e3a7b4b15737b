/** Calls that may run at a time: fewer than the threads that a runtime has for its files and for all else that blocks. */
const MOST = 16;

/** Makes a function that runs calls off the event loop: so many at a time, the others wait for their turn. */
export function limited(most: number = MOST): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (call) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // it takes the place of the one that ends
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

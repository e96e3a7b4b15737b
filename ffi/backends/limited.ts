/** How many calls may run at a time: fewer than the threads that a runtime has for files and other blocking work. */
const MOST = 16;

/**
 * Makes a function that runs a limited number of calls off the event loop at a time; the others wait for their turn.
 */
export function limited(most: number = MOST): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (call) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // takes the place of the call that ends
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

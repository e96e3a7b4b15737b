import type { Backend } from "../native.ts";

/**
 * Limits how many calls run at a time off the event loop. While name servers do not answer, lookups must not occupy all
 * threads that the runtime has for files and other blocking work: all kinds together get half of them, as in libuv.
 *
 * @param threads How many threads the runtime has. More calls cannot run, and koffi refuses more than 256.
 */
export function limitedCalls(background: Backend["background"], threads: number): Backend["background"] {
  const forWaits = limited(threads);
  const forLookups = limited(Math.ceil(threads / 2));
  const calls = Object.entries<(...args: never[]) => Promise<number>>(background).map(([name, call]) => {
    const run = name === "epoll_wait" ? forWaits : forLookups;
    return [name, (...args: never[]) => run(() => call(...args))];
  });
  return Object.fromEntries(calls) as Backend["background"];
}

/**
 * Makes a function that runs a limited number of calls off the event loop at a time; the others wait for their turn.
 */
export function limited(most: number): <T>(call: () => Promise<T>) => Promise<T> {
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

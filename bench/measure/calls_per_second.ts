/** Makes calls for some seconds, `flight` at a time, after a warm-up; gives how many a second. */
export async function callsPerSecond(seconds: number, flight: number, call: () => Promise<void>): Promise<number> {
  await callFor(0.3, flight, call);
  return await callFor(seconds, flight, call);
}

async function callFor(seconds: number, flight: number, call: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let calls = 0;
  await Promise.all(Array.from({ length: flight }, async () => {
    for (; performance.now() < end; calls++) await call();
  }));
  return calls / ((performance.now() - begin) / 1000);
}

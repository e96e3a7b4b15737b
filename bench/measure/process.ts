/** Microseconds that all threads of a process have spent on a processor. */
export async function processorTime(pid: number): Promise<number> {
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    nanoseconds += Number((await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`)).split(" ")[0]);
  }
  return nanoseconds / 1000;
}

/** Bytes of a process in memory, after it has collected its garbage: SIGUSR2 asks it to. */
export async function resident(pid: number): Promise<number> {
  for (let time = 0; time < 2; time++) {
    Deno.kill(pid, "SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  const kilobytes = rollup.match(/^Rss:\s+(\d+) kB/m)?.[1];
  if (kilobytes === undefined) throw new Error(`Cannot read the memory of process ${pid}`);
  return Number(kilobytes) * 1024;
}

import { limited } from "../../ffi/backends/limited.ts";
import { assertEquals, test } from "../runner/mod.ts";

test("at most 16 of 50 calls off the event loop run at a time, in order, and a failed one makes room for the next", async () => {
  const run = limited();
  const started: number[] = [];
  let [running, most] = [0, 0];
  const calls = Array.from({ length: 50 }, (_, i) =>
    run(async () => {
      started.push(i);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      if (i % 3 === 0) throw new Error(`call ${i}`);
      return i;
    }));
  const results = await Promise.allSettled(calls);
  assertEquals([most, running], [16, 0]);
  assertEquals(started, [...started.keys()]);
  assertEquals(results.filter(({ status }) => status === "rejected").length, 17);
});

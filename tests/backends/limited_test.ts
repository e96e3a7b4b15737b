import { limited } from "../../ffi/backends/limited.ts";
import { assertEquals, spawnScript, test } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);

test("at most 16 of 50 calls off the event loop run at a time, in order, and a failed one makes room for the next", async () => {
  const run = limited(16);
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

// koffi refuses more than 256.
test("1,000 lookups at a time succeed although libuv has 1,024 threads", { needs: ["run", "env"] }, async () => {
  const script = `
    import { getaddrinfo } from "${INET}";
    const lookups = await Promise.allSettled(Array.from({ length: 1000 }, () => getaddrinfo("127.0.0.1", 80)));
    console.log(lookups.filter(({ status }) => status === "fulfilled").length);
  `;
  await using program = spawnScript(script, ["env", "UV_THREADPOOL_SIZE=1024"]);
  const { stdout } = await program.exit;
  assertEquals(stdout, "1000\n");
});

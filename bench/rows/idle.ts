import type { Row } from "../row.ts";
import { againstEach, TCP_SERVERS } from "./contenders.ts";

const { ours, deno, node, c } = TCP_SERVERS;

// A buffer of 64 KiB, as the echo rows have it, would be all that a comparison of ours with Deno's shows.
const BUFFER = ["--buffer", "1024"];

const COLLECTABLE = {
  ours: collectable([...ours, ...BUFFER]),
  deno: collectable([...deno, ...BUFFER]),
  node: collectable(node),
  c,
};

/** What connections cost that do nothing: memory, and processor time of ours. */
export const IDLE_ROWS: Row[] = [{
  name: "memory",
  title: "Memory of an idle TCP connection, of 5,000, with a 1 KiB buffer",
  unit: "bytes",
  better: "lower",
  contenders: againstEach(
    COLLECTABLE,
    ["deno", "run", "-A", "bench/measure/idle_memory.ts", "{address}", "{pid}", "5000"],
  ),
  targets: [{ of: "ours", against: "deno", ratio: 0.7 }],
  fresh: true,
  rounds: 3,
}, {
  name: "idle100k",
  title: "Memory of an idle TCP connection, of 100,000, with a 1 KiB buffer",
  unit: "bytes",
  better: "lower",
  contenders: Object.entries(COLLECTABLE).map(([name, server]) => ({
    name,
    measure: ["deno", "run", "-A", "bench/measure/idle_many.ts", "100000", "10", ...server],
  })),
  targets: [],
  rounds: 1,
  more: [{
    name: "idle100k-accept",
    title: "100,000 TCP connections, each answered once",
    unit: "s",
    better: "lower",
    field: "connecting",
    targets: [],
  }, {
    name: "idle100k-cpu",
    title: "Processor time over 10 s with 100,000 idle TCP connections",
    unit: "ms",
    better: "lower",
    field: "milliseconds",
    targets: [],
  }],
}, {
  name: "idle",
  title: "Processor time over 5 s with 100 idle TCP connections",
  unit: "ticks of 10 ms",
  better: "lower",
  contenders: againstEach({ ours }, [
    "deno",
    "run",
    "-A",
    "bench/measure/idle_cpu.ts",
    "{address}",
    "{pid}",
    "100",
    "5",
  ]),
  targets: [{ of: "ours", atMost: 0 }],
  fresh: true,
}];

/** The same server, which collects its garbage when it is sent SIGUSR2. */
function collectable(server: string[]): string[] {
  const [program = "", ...rest] = server;
  const preload = "bench/peers/collect_on_signal.mjs";
  if (program === "deno") {
    return [program, "run", "--v8-flags=--expose-gc", "--preload", `./${preload}`, ...rest.slice(1)];
  }
  return program === "node26" ? [program, "--expose-gc", "--import", `./${preload}`, ...rest] : server;
}

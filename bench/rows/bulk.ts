import type { Row, Target } from "../row.ts";
import { againstEach } from "./contenders.ts";

const DENO = ["deno", "run", "-A"];
/** Made by the first who sends it. */
const FILE = new URL("../../.cache/bench/file", import.meta.url).pathname;
const SINK = ["bin/bulk", "sink"];

/** Many bytes: a file out of the kernel's own memory, and a proxy between two connections. */
export const BULK_ROWS: Row[] = [
  {
    name: "sendfile",
    title: "A file of 1 GiB over TCP",
    unit: "MiB/s",
    better: "higher",
    contenders: [
      { name: "ours", server: SINK, measure: [...DENO, "bench/measure/send_file.ts", "{address}", "ours"] },
      { name: "deno", server: SINK, measure: [...DENO, "bench/measure/send_file.ts", "{address}", "deno"] },
      { name: "denopipe", server: SINK, measure: [...DENO, "bench/measure/send_file.ts", "{address}", "pipe"] },
      { name: "c", server: SINK, measure: ["bin/bulk", "file", "--address", "{address}", "--path", FILE] },
    ],
    targets: [{ of: "ours", against: "deno", ratio: 1.5 }],
  },
  relay(1, []),
  relay(4, [{ of: "ours", against: "deno", ratio: 2 }]),
];

/** With one connection the pusher and the sink are the longer half of the work, on two processors. */
function relay(connections: number, targets: Target[]): Row {
  return {
    name: `relay${connections}`,
    title: `A proxy for ${connections} TCP connection${connections === 1 ? "" : "s"}`,
    unit: "MiB/s",
    better: "higher",
    contenders: againstEach({
      ours: [...DENO, "bench/peers/our_relay.ts"],
      deno: [...DENO, "bench/peers/deno_relay.ts"],
    }, [
      ...["bin/bulk", "push", "--address", "{address}", "--seconds", "{seconds}"],
      ...["--connections", `${connections}`],
    ]),
    targets,
  };
}

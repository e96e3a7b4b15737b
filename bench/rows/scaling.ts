import type { Contender, Row } from "../row.ts";
import { programOf } from "../runtimes.ts";

const DENO = ["deno", "run", "-A", "--unstable-net", programOf("deno", "scaled_server")];
const NODE = ["node26", programOf("node26", "scaled_server")];
const SERVERS: Record<string, string[]> = {
  "ours-deno alone": [...DENO, "ours", "1"],
  "ours-deno": [...DENO, "ours", "2"],
  deno: [...DENO, "own", "2"],
  "ours-node26": [...NODE, "ours", "2"],
  node26: [...NODE, "own", "2"],
};

/**
 * Two listeners of one port in two Workers, against Deno's own in Workers and Node's `cluster`. On two cores the client takes
 * its share of both.
 */
export const SCALING_ROWS: Row[] = [{
  name: "scaling-messages",
  title: "TCP echo in 2 Workers, 64 B on 64 connections",
  unit: "round trips/s",
  better: "higher",
  contenders: contenders(["echo", "--connections", "64", "--size", "64"], []),
  targets: [],
  rounds: 3,
}, {
  name: "scaling-connections",
  title: "TCP accept and close in 2 Workers, 16 live clients",
  unit: "connections/s",
  better: "higher",
  contenders: contenders(["accept", "--connections", "16"], ["--accept-only"]),
  targets: [],
  rounds: 3,
}];

function contenders(args: string[], flags: string[]): Contender[] {
  const measure = ["bin/echo_client", ...args, "--address", "{address}", "--seconds", "{seconds}"];
  return Object.entries(SERVERS).map(([name, server]) => ({ name, server: [...server, ...flags], measure }));
}

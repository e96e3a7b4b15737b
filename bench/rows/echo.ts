import type { Row, Target } from "../row.ts";
import { againstEach, TCP_SERVERS } from "./contenders.ts";

/** Round trips over TCP: one outstanding message on each connection. */
export const ECHO_ROWS: Row[] = [
  echo(64, 1, [{ of: "ours", against: "deno", ratio: 2.5 }]),
  echo(64, 32, [{ of: "ours", against: "deno", ratio: 1.25 }, { of: "ours", against: "c", ratio: 0.9 }]),
  echo(64, 256, [{ of: "ours", against: "deno", ratio: 1.25 }]),
  echo(65_536, 16, [{ of: "ours", against: "deno", ratio: 1.15 }]),
];

function echo(size: number, connections: number, targets: Target[]): Row {
  const label = size < 1024 ? `${size} B` : `${size / 1024} KiB`;
  return {
    name: `echo${label.replace(" B", "").replace(" KiB", "k")}x${connections}`,
    title: `TCP echo, ${label} on ${connections} connection${connections === 1 ? "" : "s"}`,
    unit: "round trips/s",
    better: "higher",
    contenders: againstEach(TCP_SERVERS, [
      "bin/echo_client",
      "echo",
      ...["--address", "{address}", "--seconds", "{seconds}"],
      ...["--connections", `${connections}`, "--size", `${size}`],
    ]),
    targets,
  };
}

import type { Contender, Row } from "../row.ts";
import { againstEach } from "./contenders.ts";

const DENO = ["deno", "run", "-A"];

/** Datagrams: there and back, and one way, singly, in batches and in segments that the kernel cuts and merges. */
export const UDP_ROWS: Row[] = [{
  name: "udp64",
  title: "UDP ping-pong, 64 B",
  unit: "round trips/s",
  better: "higher",
  contenders: againstEach({
    ours: [...DENO, "bench/peers/our_udp.ts"],
    deno: ["deno", "run", "-A", "--unstable-net", "bench/peers/deno_udp.ts"],
    node: ["node26", "bench/peers/node_udp.mjs"],
    python: ["python3", "bench/peers/udp_echo.py"],
    c: ["bin/udp", "echo"],
  }, ["bin/udp", "ping", "--address", "{address}", "--seconds", "{seconds}", "--size", "64"]),
  targets: [
    { of: "ours", against: "deno", ratio: 2.5 },
    { of: "ours", against: "node", ratio: 1.5 },
    { of: "ours", against: "python", ratio: 1.0 },
  ],
}, {
  name: "udpone",
  title: "UDP one way, 1,200 B, ours and C to ours",
  unit: "datagrams/s",
  better: "higher",
  contenders: [
    oneWay("single", "single"),
    oneWay("batch", "batch"),
    oneWay("gso", "gro"),
    cOneWay("single", 1),
    cOneWay("batch", 64),
  ],
  targets: [
    { of: "batch", against: "single", ratio: 1.5 },
    { of: "gso", against: "single", ratio: 3 },
  ],
}];

function oneWay(send: string, receive: string): Contender {
  return {
    name: send,
    server: [...DENO, "bench/peers/udp_sink.ts", receive],
    measure: [...DENO, "bench/measure/udp_push.ts", "{address}", "{seconds}", send],
  };
}

/** What the kernel alone allows: C sends to the same sinks. */
function cOneWay(way: string, batch: number): Contender {
  return {
    name: `c ${way}`,
    server: [...DENO, "bench/peers/udp_sink.ts", way],
    measure: [
      ...["bin/udp", "push", "--address", "{address}", "--seconds", "{seconds}"],
      ...["--size", "1200", "--batch", `${batch}`],
    ],
  };
}

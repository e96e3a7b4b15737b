import type { Row } from "../row.ts";

/**
 * AF_SMC against TCP, with the same library, in the guest. Its RDMA is in software, on an emulated processor: the ratios
 * say what the library costs on either, nothing of real hardware.
 */
export const SMC_ROWS: Row[] = [
  row("smcPingPong", "SMC in the guest, 64 B ping-pong on 1 connection", "round trips/s", "pingpong"),
  row("smcThroughput", "SMC in the guest, writes of 64 KiB on 1 connection", "MB/s", "throughput"),
  row("smcHttp", "HTTP over SMC in the guest, 1 KiB, one request after the other", "requests/s", "http"),
];

function row(name: string, title: string, unit: string, what: string): Row {
  const script = ["deno", "run", "-A", "--no-check", "bench/measure/smc.ts"];
  return {
    name,
    title,
    unit,
    better: "higher",
    contenders: ["smc-r", "fallback", "tcp"].map((over) => ({
      name: over,
      measure: ["deno", "run", "-A", "scripts/guest/main.ts", "--", ...script, over, what, "{seconds}"],
    })),
    targets: [{ of: "fallback", against: "tcp", ratio: 0.8 }, { of: "smc-r", against: "tcp", ratio: 0.04 }],
    rounds: 1,
    flag: "guest",
  };
}

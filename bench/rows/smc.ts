import type { Row } from "../row.ts";

/**
 * AF_SMC against TCP, with the same library, in the guest. Its RDMA is in software, on an emulated processor: the ratios
 * say what the library costs on either, nothing of real hardware.
 */
export const SMC_ROWS: Row[] = [
  row("smcPingPong", "SMC in the guest, 64 B ping-pong on 1 connection", "round trips/s", "smc.ts", "pingpong"),
  row("smcThroughput", "SMC in the guest, writes of 64 KiB on 1 connection", "MB/s", "smc.ts", "throughput"),
  row("smcHttp", "HTTP over SMC in the guest, 1 KiB, one request after the other", "requests/s", "smc.ts", "http"),
  row("smcRedis", "redis-server over SMC in the guest, 16 commands in flight", "commands/s", "smc_redis.ts"),
];

function row(name: string, title: string, unit: string, script: string, ...what: string[]): Row {
  const command = ["deno", "run", "-A", "--no-check", `bench/measure/${script}`];
  return {
    name,
    title,
    unit,
    better: "higher",
    contenders: ["smc-r", "fallback", "tcp"].map((over) => ({
      name: over,
      measure: ["deno", "run", "-A", "scripts/guest/main.ts", "--", ...command, over, ...what, "{seconds}"],
    })),
    targets: [{ of: "fallback", against: "tcp", ratio: 0.8 }, { of: "smc-r", against: "tcp", ratio: 0.04 }],
    rounds: 3,
    seconds: 8, // under emulation a request takes up to a second
    warm: true,
    flag: "guest",
  };
}

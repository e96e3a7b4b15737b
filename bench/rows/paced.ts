import type { Contender, Row, Target } from "../row.ts";
import { programOf } from "../runtimes.ts";

const DENO = ["deno", "run", "-A"];
const FOLDER = new URL("../../.cache/bench/", import.meta.url).pathname;
const RUNTIMES = ["node26", "node24", "node22", "bun"] as const;

/** How much of the runtime's own at most. */
interface Bounds {
  deno: number;
  node26: number;
  node24: number;
  node22: number;
  bun: number;
}

const CPU: Bounds = { deno: 1.7, node26: 1.5, node24: 1.7, node22: 1.7, bun: 2 };
const CPU_OF_MANY: Bounds = { ...CPU, deno: 1.5 };
const P50: Bounds = { deno: 1.5, node26: 1.3, node24: 1.5, node22: 1.5, bun: 2 };

/** Messages at a fixed rate, as most programs have them: what each costs the server, and how long it takes. The details have p99 and wake-ups. */
export const PACED_ROWS: Row[] = [
  paced("100", "TCP, 100 messages/s", tcp(), ["--rate", "100"]),
  paced("1k", "TCP, 1,000 messages/s", tcp(), ["--rate", "1000"], { cpu: CPU, p50: P50 }),
  paced("5k", "TCP, 5,000 messages/s", tcp(), ["--rate", "5000"], { cpu: CPU, p50: P50 }),
  paced("20k", "TCP, 20,000 messages/s", tcp(), ["--rate", "20000"]),
  paced("100x10", "TCP, 100 connections with 10 messages/s each", tcp(), ["--rate", "1000", "--connections", "100"], {
    cpu: CPU_OF_MANY,
  }),
  paced("udp1k", "UDP, 1,000 messages/s", udp(), ["--rate", "1000", "--type", "udp"]),
  paced("seqpacket1k", "Unix seqpackets, 1,000 messages/s", seqpackets(), ["--rate", "1000", "--type", "seqpacket"]),
];

function paced(
  name: string,
  title: string,
  servers: Record<string, string[]>,
  args: string[],
  { cpu, p50 }: { cpu?: Bounds; p50?: Bounds } = {},
): Row {
  const measure = ["bin/pace", "--address", "{address}", "--pid", "{pid}", "--seconds", "{seconds}", ...args];
  return {
    name: `paced${name}`,
    title: `Paced ${title}: processor time`,
    unit: "µs a message",
    better: "lower",
    contenders: Object.entries(servers).map(([name, server]): Contender => ({ name, server, measure })),
    targets: targets(cpu),
    seconds: 0.7,
    warm: true,
    more: [{
      name: `paced${name}-p50`,
      title: `Paced ${title}: round trip, median`,
      unit: "µs",
      better: "lower",
      field: "p50",
      targets: targets(p50),
    }],
  };
}

function targets(bounds: Bounds | undefined): Target[] {
  return Object.entries(bounds ?? {}).map(([runtime, ratio]) => ({ of: `ours-${runtime}`, against: runtime, ratio }));
}

function tcp(): Record<string, string[]> {
  return {
    "ours-deno": [...DENO, "bench/peers/our_echo.ts"],
    deno: [...DENO, "bench/peers/deno_echo.ts"],
    ...onRuntimes("ours", "own"),
    c: ["bin/echo_server"],
  };
}

function udp(): Record<string, string[]> {
  return {
    "ours-deno": [...DENO, "bench/peers/our_udp.ts"],
    deno: [...DENO, "--unstable-net", "bench/peers/deno_udp.ts"],
    ...onRuntimes("udp-ours", "udp-own"),
    c: ["bin/udp", "echo"],
  };
}

/** No runtime has any of its own. */
function seqpackets(): Record<string, string[]> {
  const server = (name: string) => {
    return [
      ...name === "deno" ? DENO : [name],
      programOf(name, "runtime_server"),
      "seqpacket",
      `${FOLDER}paced-${name}.sock`,
    ];
  };
  return {
    "ours-deno": server("deno"),
    ...Object.fromEntries(RUNTIMES.map((runtime) => [`ours-${runtime}`, server(runtime)])),
    c: ["bin/unix_server", "seqpacket", "echo", `${FOLDER}paced-c.sock`],
    python: ["python3", "bench/peers/unix_server.py", "seqpacket", "echo", `${FOLDER}paced-python.sock`],
  };
}

function onRuntimes(ours: string, own: string): Record<string, string[]> {
  return Object.fromEntries(RUNTIMES.flatMap((runtime) => [
    [`ours-${runtime}`, [runtime, programOf(runtime, "runtime_server"), ours]],
    [runtime, [runtime, programOf(runtime, "runtime_server"), own]],
  ]));
}

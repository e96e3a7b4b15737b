import type { Row, Target } from "../row.ts";
import { programOf } from "../runtimes.ts";

const SOCKET = "/tmp/berkeley-sockets-bench-runtimes";
const RUNTIMES = ["node26", "node24", "node22", "bun"] as const;

/** What ours is to reach of the runtime's own, by the number of connections. */
const RATIOS: Record<number, Record<typeof RUNTIMES[number], number>> = {
  1: { node26: 2.3, node24: 2, node22: 2, bun: 2.3 },
  32: { node26: 1, node24: 1, node22: 1, bun: 1 },
  256: { node26: 1, node24: 1, node22: 1, bun: 1 },
};

/** Ours on Node and on Bun, against their own sockets, and the cost of waking up for a seqpacket on each runtime. */
export const RUNTIME_ROWS: Row[] = [
  ...Object.keys(RATIOS).map((connections) => echo(Number(connections))),
  seqpacket("seqpacket", "ping-pong"),
  seqpacket("parked", "ping-pong, parked each time"),
];

function seqpacket(mode: string, what: string): Row {
  const commands: [name: string, runtime: string[]][] = [
    ["deno", ["deno", "run", "-A"]],
    ...RUNTIMES.map((name): [string, string[]] => [name, [name]]),
  ];
  return {
    name: `${mode}-runtimes`,
    title: `Unix seqpackets on each runtime, 64 B, ${what}`,
    unit: "round trips/s",
    better: "higher",
    contenders: commands.map(([name, runtime]) => ({
      name: `ours-${name}`,
      server: [...runtime, programOf(name, "runtime_server"), mode, `${SOCKET}-${mode}-${name}`],
      measure: [
        ...["bin/message_client", "echo", "--address", "{address}"],
        ...["--type", "seqpacket", "--seconds", "{seconds}"],
      ],
    })),
    targets: [],
    rounds: 3,
  };
}

function echo(connections: number): Row {
  return {
    name: `echo64x${connections}-runtimes`,
    title: `TCP echo on Node and Bun, 64 B on ${connections} connection${connections === 1 ? "" : "s"}`,
    unit: "round trips/s",
    better: "higher",
    contenders: RUNTIMES.flatMap((runtime) =>
      ["ours", "own"].map((mode) => ({
        name: mode === "ours" ? `ours-${runtime}` : runtime,
        server: [runtime, programOf(runtime, "runtime_server"), mode],
        measure: [
          ...["bin/echo_client", "echo", "--address", "{address}", "--seconds", "{seconds}"],
          ...["--connections", `${connections}`, "--size", "64"],
        ],
      }))
    ),
    targets: Object.entries(RATIOS[connections] ?? {}).map(([runtime, ratio]): Target => {
      return { of: `ours-${runtime}`, against: runtime, ratio };
    }),
  };
}

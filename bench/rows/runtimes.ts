import type { Row } from "../row.ts";

// `deno task test runtimes` installs these, and the package.
const ROOT = new URL("../..", import.meta.url).pathname;
const NODE = [`${ROOT}.cache/runtimes/node-26.10.0/node_modules/node/bin/node`, "--no-warnings"];
const OLD_NODE = [`${ROOT}.cache/runtimes/node-20.20.2/node_modules/node/bin/node`];
const BUN = [`${ROOT}.cache/runtimes/bun-1.4.4/node_modules/bun/bin/bun.exe`];
const SERVER = "bench/peers/runtime_server.mjs";
const SOCKET = "/tmp/berkeley-sockets-bench-runtimes";

/** Ours on Node and on Bun, against what they have themselves, and what waking up for a seqpacket takes on each runtime. */
export const RUNTIME_ROWS: Row[] = [
  echo(1),
  echo(32),
  seqpacket("seqpacket", "ping-pong"),
  seqpacket("parked", "ping-pong, parked each time"),
];

function seqpacket(mode: string, what: string): Row {
  const runtimes = { deno: ["deno", "run", "-A"], node26: NODE, node20: OLD_NODE, bun: BUN };
  return {
    name: `${mode}-runtimes`,
    title: `Unix seqpackets on each runtime, 64 B, ${what}`,
    unit: "round trips/s",
    better: "higher",
    contenders: Object.entries(runtimes).map(([name, runtime]) => ({
      name,
      server: [...runtime, SERVER, mode, `${SOCKET}-${mode}-${name}`],
      measure: [
        "bin/message_client",
        "echo",
        "--address",
        "{address}",
        "--type",
        "seqpacket",
        "--seconds",
        "{seconds}",
      ],
    })),
    targets: [],
  };
}

function echo(connections: number): Row {
  const servers = {
    "ours-node26": [...NODE, SERVER, "ours"],
    node26: [...NODE, SERVER, "own"],
    "ours-bun": [...BUN, SERVER, "ours"],
    bun: [...BUN, SERVER, "own"],
  };
  return {
    name: `echo64x${connections}-runtimes`,
    title: `TCP echo on Node and Bun, 64 B on ${connections} connection${connections === 1 ? "" : "s"}`,
    unit: "round trips/s",
    better: "higher",
    contenders: Object.entries(servers).map(([name, server]) => ({
      name,
      server,
      measure: [
        ...["bin/echo_client", "echo", "--address", "{address}", "--seconds", "{seconds}"],
        ...["--connections", `${connections}`, "--size", "64"],
      ],
    })),
    targets: [{ of: "ours-node26", against: "node26", ratio: 1 }, { of: "ours-bun", against: "bun", ratio: 1 }],
  };
}

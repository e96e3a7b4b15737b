import type { Contender, Row, Target } from "../row.ts";

const OURS = ["deno", "run", "-A", "bench/peers/rpc_server.ts"];
const MIB = 1024 * 1024;

/** Calls with JSON: against the document's server, the runtime's own sockets, a library of npm, and the bytes alone. */
export const RPC_ROWS: Row[] = [
  oneCallEach(1),
  oneCallEach(16),
  calls("rpc-seq", "RPC calls on one connection, one after the other", 1),
  calls("rpc-pipe64", "RPC calls on one connection, 64 in flight", 64),
  puts(1),
  puts(64),
  {
    name: "rpc-1m",
    title: "RPC calls of 1 MiB each way, 4 in flight",
    unit: "calls/s",
    better: "higher",
    contenders: [
      ours(4, MIB),
      echo("frames", "bench/peers/frame_echo.ts", "bench/measure/frame_echo.ts"),
      echo("raw", "bench/peers/our_echo.ts", "bench/measure/raw_echo.ts"),
      jsonRpc(4, MIB),
    ],
    // The bodies as bytes, and with JSON: most of a call's time is JSON.parse() and JSON.stringify().
    targets: [{ of: "frames", against: "raw", ratio: 0.6 }, { of: "ours", against: "raw", ratio: 0.6 }],
  },
];

function calls(name: string, title: string, flight: number): Row {
  const targets: Target[] = [
    { of: "ours", against: "deno", ratio: 1.5 },
    { of: "ours", against: "vscode-jsonrpc", ratio: 1.5 },
  ];
  const contenders = [ours(flight, 16), ours(flight, 16, "--deno"), jsonRpc(flight, 16)];
  return { name, title, unit: "calls/s", better: "higher", contenders, targets };
}

/** What it costs that a PUT is on the disk before it is acknowledged. */
function puts(flight: number): Row {
  const measure = ["deno", "run", "-A", "bench/measure/rpc_puts.ts", "{address}", "{seconds}", `${flight}`];
  return {
    name: `rpc-put${flight}`,
    title: `PUTs of 100 bytes on one connection, ${flight} in flight`,
    unit: "calls/s",
    better: "higher",
    contenders: [{ name: "sqlite", server: [...OURS, "--sqlite"], measure }, { name: "memory", server: OURS, measure }],
    targets: [],
  };
}

/** The document's client makes one call at a time. */
function oneCallEach(underWay: number): Row {
  const measure = ["bin/rpc_client", "{address}", `${underWay}`, "{seconds}"];
  return {
    name: `rpc-connect${underWay}`,
    title: `One RPC call a connection, ${underWay} under way`,
    unit: "calls/s",
    better: "higher",
    contenders: [
      { name: "ours", server: OURS, measure },
      { name: "python", server: ["python3", "bench/peers/document_rpc.py"], measure },
      { name: "c", server: ["bin/document_rpc"], measure },
    ],
    targets: [{ of: "ours", against: "python", ratio: 3 }],
  };
}

/** Bytes of 1 MiB that come back, 4 times in flight. */
function echo(name: string, server: string, measure: string): Contender {
  const program = ["deno", "run", "-A"];
  return {
    name,
    server: [...program, server],
    measure: [...program, measure, "{address}", "{seconds}", "4", `${MIB}`],
  };
}

/** This library, over its own sockets or over Deno's. */
function ours(flight: number, size: number, ...flags: "--deno"[]): Contender {
  const program = ["deno", "run", "-A", "bench/measure/rpc_calls.ts"];
  return {
    name: flags.length === 0 ? "ours" : "deno",
    server: [...OURS, ...flags],
    measure: [...program, "{address}", "{seconds}", `${flight}`, `${size}`, ...flags],
  };
}

function jsonRpc(flight: number, size: number): Contender {
  const program = ["node26", "bench/peers/jsonrpc.mjs"];
  return {
    name: "vscode-jsonrpc",
    server: [...program, "serve"],
    measure: [...program, "{address}", "{seconds}", `${flight}`, `${size}`],
  };
}

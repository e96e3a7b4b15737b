import type { Contender, Row, Target } from "../row.ts";

const FOLDER = new URL("../../.cache/bench/", import.meta.url).pathname;
const OURS = ["deno", "run", "-A", "bench/peers/our_unix.ts"];
const BATCHES = ["deno", "run", "-A", "bench/peers/our_unix_batch.ts"];
const DENO = ["deno", "run", "-A", "--unstable-net", "bench/peers/deno_unix.ts"];
const C = ["bin/unix_server"];
const PYTHON = ["python3", "bench/peers/unix_server.py"];

/** What only one direction can use: many messages by one system call. */
const ONE_WAY = { ours: OURS, "in batches": BATCHES, c: C, python: PYTHON };
const ONE_WAY_TARGETS: Target[] = ["ours", "in batches"].flatMap((of) => [
  { of, against: "python", ratio: 1 },
  { of, against: "c", ratio: 0.7 },
]);

/** Unix sockets: messages, which only C and Python have besides, and streams and datagrams, which Deno has too. */
export const UNIX_ROWS: Row[] = [
  message("seqpacket", "echo", "ping-pong", { ours: OURS, c: C, python: PYTHON }, [
    { of: "ours", against: "python", ratio: 1.5 },
    { of: "ours", against: "c", ratio: 0.9 },
  ]),
  message("seqpacket", "sink", "received one way", ONE_WAY, ONE_WAY_TARGETS),
  message("seqpacket", "source", "sent one way", ONE_WAY, ONE_WAY_TARGETS),
  stream(1, 1.5),
  stream(32, 1.1),
  message("datagram", "sink", "received one way", { ours: OURS, "in batches": BATCHES, deno: DENO, c: C }, [
    { of: "in batches", against: "deno", ratio: 2 },
  ]),
  message("datagram", "echo", "ping-pong", { ours: OURS, deno: DENO, c: C }, [{
    of: "ours",
    against: "deno",
    ratio: 2,
  }]),
];

function message(
  type: string,
  mode: string,
  what: string,
  servers: Record<string, string[]>,
  targets: Target[],
): Row {
  const measure = ["bin/message_client", mode, "--address", "{address}", "--type", type, "--seconds", "{seconds}"];
  return {
    name: `unix-${type}-${mode}`,
    title: `Unix ${type}s, 64 B, ${what}`,
    unit: mode === "echo" ? "round trips/s" : "messages/s",
    better: "higher",
    contenders: contenders(`${type}-${mode}`, servers, [type, mode], measure),
    targets,
  };
}

function stream(connections: number, ratio: number): Row {
  return {
    name: `unix-stream64x${connections}`,
    title: `Unix stream echo, 64 B on ${connections} connection${connections === 1 ? "" : "s"}`,
    unit: "round trips/s",
    better: "higher",
    contenders: contenders(`stream${connections}`, { ours: OURS, deno: DENO }, ["stream", "echo"], [
      ...["bin/echo_client", "echo", "--address", "{address}", "--seconds", "{seconds}"],
      ...["--connections", `${connections}`, "--size", "64"],
    ]),
    targets: [{ of: "ours", against: "deno", ratio }],
  };
}

/** Each server has a path of its own: they live at the same time. */
function contenders(row: string, servers: Record<string, string[]>, args: string[], measure: string[]): Contender[] {
  return Object.entries(servers).map(([name, server]) => {
    return { name, server: [...server, ...args, `${FOLDER}${row}-${name.replace(" ", "-")}.sock`], measure };
  });
}

import type { Measurement } from "./row.ts";
import { runtimeCommand } from "./runtimes.ts";

/** Milliseconds that a measuring command may take: a guest boots first, and ends itself after 240 s, with an error. */
const PATIENCE = 300_000;

const root = new URL("..", import.meta.url).pathname;
const children = new Set<Deno.ChildProcess>();

const PEERS = [
  "echo_client",
  "echo_server",
  "pace",
  "message_client",
  "rpc_client",
  "document_rpc",
  "unix_server",
  "bulk",
  "udp",
  "blocking_pingpong",
];

/** Compiles the C peers into `.cache/bench`. */
export async function buildPeers(): Promise<void> {
  await Deno.mkdir(`${root}.cache/bench`, { recursive: true });
  for (const name of PEERS) {
    const args = ["-O2", "-Wall", "-Wextra", "-std=gnu17", "-o", `.cache/bench/${name}`, `bench/peers/${name}.c`];
    const { success, stderr } = await new Deno.Command("cc", { args, cwd: root }).output();
    if (!success) throw new Error(`Cannot compile ${name}.c: ${new TextDecoder().decode(stderr)}`);
  }
}

/** A running server, killed by `stop`. */
export interface Server {
  /** What it listens on. */
  address: string;
  /** Its process. */
  pid: number;
  /** Kills it and waits for its end. */
  stop(): Promise<void>;
}

/** Starts a server with all the descriptors that the machine allows, and waits for its first line. */
export async function startServer(command: string[]): Promise<Server> {
  const raised = ["sh", "-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh", ...resolve(command)];
  const child = spawn(raised);
  const errors = new Response(child.stderr).text();
  const stdout = child.stdout.getReader();
  const stop = async () => {
    kill(child);
    await stdout.cancel();
    await errors;
    await child.status;
  };
  const address = await firstAddress(stdout);
  if (address !== undefined) return { address, pid: child.pid, stop };
  await stop();
  throw new Error(`${command.join(" ")} did not start: ${firstError(await errors)}`);
}

/** Runs a measuring command. */
export async function measure(command: string[]): Promise<Measurement> {
  const child = spawn(resolve(command));
  const timers = [
    setTimeout(() => kill(child, "SIGTERM"), PATIENCE), // it may end what it has started itself
    setTimeout(() => kill(child), PATIENCE + 5000),
  ];
  const { success, stdout, stderr } = await child.output();
  timers.forEach(clearTimeout);
  if (!success) throw new Error(`${command.join(" ")} failed: ${firstError(new TextDecoder().decode(stderr))}`);
  const measurement: unknown = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "");
  if (isMeasurement(measurement)) return measurement;
  throw new Error(`${command.join(" ")} printed no value`);
}

/** Ends what still runs: for a program that is about to end. */
export function killAll(): void {
  for (const child of children) kill(child, "SIGTERM");
}

/** Fills `{name}` in each word of a command. */
export function fill(command: string[], values: Record<string, string | number | undefined>): string[] {
  return command.map((word) => word.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name])));
}

function resolve([program = "", ...args]: string[]): string[] {
  if (program === "deno") return [Deno.execPath(), ...args];
  const runtime = runtimeCommand(program);
  if (runtime !== undefined) return [...runtime, ...args];
  return [program.replace(/^bin\//, `${root}.cache/bench/`), ...args];
}

function spawn([program = "", ...args]: string[]): Deno.ChildProcess {
  const child = new Deno.Command(program, { args, cwd: root, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  children.add(child);
  void child.status.then(() => children.delete(child));
  return child;
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal = "SIGKILL"): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}

async function firstAddress(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  let text = "";
  const timer = setTimeout(() => void reader.cancel(), 15_000);
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  clearTimeout(timer);
  return text.match(/^listening on (\S+)/)?.[1];
}

function firstError(text: string): string {
  // deno-lint-ignore no-control-regex -- colours of the terminal
  const lines = text.replaceAll(/\x1b\[\d+m/g, "").split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
}

function isMeasurement(value: unknown): value is Measurement {
  return typeof value === "object" && value !== null && "value" in value && typeof value.value === "number";
}

/** Prints changes of the network configuration as they happen, like `ip monitor`. */
import { listLinks, type RouteEvent, type RouteEventKind, watch } from "@berkeley/sockets/netlink/route";
import { parseArgs } from "@std/cli/parse-args";
import { printable } from "./shared/printable.ts";

const USAGE = `Usage: ip_monitor.ts [OPTION...] [KIND...]

Prints a line for each change. KIND is link, address, route, neighbour or rule; the default is all.

  -t, --timestamp  print the time before each line
      --json       one object per line, with everything that the kernel reports
  -h, --help       show this`;

const KINDS: RouteEventKind[] = ["link", "address", "route", "neighbour", "rule"];
const TABLES: Record<number, string> = { 253: "default", 254: "main", 255: "local" };

const args = parseArgs(Deno.args, {
  string: ["_"],
  boolean: ["timestamp", "json", "help"],
  alias: { t: "timestamp", h: "help" },
  unknown: (arg: string, key?: string) => key === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const stranger = args._.find((kind: string) => !KINDS.includes(kind as RouteEventKind));
if (stranger !== undefined) usageError(`unknown KIND: ${stranger}`);
const kinds = args._.length > 0 ? args._ as RouteEventKind[] : KINDS;
Deno.addSignalListener("SIGINT", () => Deno.exit(0));
try {
  // Links contain the names of interfaces; the other changes contain only their indexes.
  using changes = watch([...new Set<RouteEventKind>(["link", ...kinds])]);
  const names = new Map((await listLinks()).map(({ index, name }) => [index, name]));
  if (!args.json) console.log(`watching ${kinds.join(", ")}`);
  for await (const event of changes) {
    if (event.kind === "overrun") {
      console.error("ip_monitor: too slow: some changes were lost");
      for (const { index, name } of await listLinks()) names.set(index, name);
      continue;
    }
    if (event.kind === "link") names.set(event.value.index, event.value.name);
    if (kinds.includes(event.kind)) show(event, names);
  }
} catch (error) {
  console.error(`ip_monitor: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

type Change = Exclude<RouteEvent, { kind: "overrun" }>;

function show(event: Change, names: Map<number, string>): void {
  const time = args.timestamp ? new Date().toISOString() : undefined;
  if (args.json) {
    const { attributes: _, ...value } = event.value;
    console.log(JSON.stringify({ ...(time === undefined ? {} : { time }), ...event, value }, plain));
  } else {
    const words = [time, event.kind, event.action === "set" ? undefined : "deleted", ...wordsOf(event, names)];
    console.log(printable(words.filter((word) => word !== undefined && word !== "").join(" ")));
  }
}

function wordsOf(event: Change, names: Map<number, string>): (string | undefined)[] {
  const named = (word: string, value: unknown) => value === undefined || value === "" ? undefined : `${word} ${value}`;
  const dev = (index: number | undefined) => index ? named("dev", names.get(index) ?? index) : undefined;
  switch (event.kind) {
    case "link": {
      const { index, name, flags, mtu, operState, masterIndex, address } = event.value;
      const master = masterIndex === undefined ? undefined : named("master", names.get(masterIndex) ?? masterIndex);
      return [
        `${index}: ${name}: <${flags.join(",")}>`,
        `mtu ${mtu}`,
        master,
        `state ${operState}`,
        named("address", address),
      ];
    }
    case "address": {
      const { address, prefixLength, peer, scope, interfaceIndex, flags } = event.value;
      const network = peer === undefined ? `${address}/${prefixLength}` : `${address} peer ${peer}/${prefixLength}`;
      return [network, dev(interfaceIndex), `scope ${scope}`, flags.join(",").toLowerCase()];
    }
    case "route": {
      const { type, destination, nextHops, table, protocol, metric, preferredSource } = event.value;
      const ways = nextHops ?? [event.value];
      return [
        type === "unicast" ? undefined : type,
        destination,
        ...ways.flatMap(({ gateway, interfaceIndex }) => [named("via", gateway), dev(interfaceIndex)]),
        `table ${TABLES[table] ?? table}`,
        `proto ${protocol}`,
        named("src", preferredSource),
        named("metric", metric),
      ];
    }
    case "neighbour": {
      const { address, interfaceIndex, hardwareAddress, state, flags } = event.value;
      return [
        address,
        dev(interfaceIndex),
        named("lladdr", hardwareAddress),
        flags.join(" "),
        state.join(",") || "NONE",
      ];
    }
    case "rule": {
      const { priority, not, source = "all", destination, inputInterface, outputInterface, table, action } =
        event.value;
      const target = table === undefined ? action : `lookup ${TABLES[table] ?? table}`;
      const links = [named("iif", inputInterface), named("oif", outputInterface)];
      return [`${priority}:`, not ? "not" : undefined, `from ${source}`, named("to", destination), ...links, target];
    }
  }
}

/** JSON numbers cannot hold the 64 bits of tunnel ids. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

function usageError(message: string): never {
  console.error(`ip_monitor: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}

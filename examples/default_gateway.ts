/** Prints the default gateway of this machine: where packets go that match no other route. */
import { C } from "@berkeley/sockets/ffi";
import { listLinks, listRoutes, type Route } from "@berkeley/sockets/netlink/route";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: default_gateway.ts [-4] [-6] [--all] [--json]

Prints a line for each IP family: family, router, interface. Exits with 1 if there is no router.

  -4, -6      only IPv4, only IPv6
      --all   all default routes, the preferred one first
      --json  one array
  -h, --help  show this`;

interface Gateway {
  family: "IPv4" | "IPv6";
  /** Absent if the interface needs no router. */
  gateway?: string;
  interface: string;
  metric: number;
}

const args = parseArgs(Deno.args, {
  boolean: ["4", "6", "all", "json", "help"],
  alias: { h: "help" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
try {
  const gateways = await defaultGateways();
  if (args.json) console.log(JSON.stringify(gateways, undefined, 2));
  else for (const { family, gateway = "-", interface: name } of gateways) console.log(`${family} ${gateway} ${name}`);
  if (gateways.length === 0) throw new Error("there is no default route");
} catch (error) {
  console.error(`default_gateway: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function defaultGateways(): Promise<Gateway[]> {
  const names = new Map((await listLinks()).map(({ index, name }) => [index, name]));
  const gateways: Gateway[] = [];
  const families = [[C.AF_INET, "IPv4", args["4"]], [C.AF_INET6, "IPv6", args["6"]]] as const;
  const wanted = families.filter(([, , chosen]) => chosen);
  for (const [family, name] of wanted.length > 0 ? wanted : families) {
    const routes = await listRoutes({ family, destination: "default", type: "unicast" });
    const ways = routes.toSorted((a, b) => metricOf(a) - metricOf(b)).flatMap((route) =>
      (route.nextHops ?? [route]).map(({ gateway, interfaceIndex = 0 }) => ({
        family: name,
        ...(gateway === undefined ? {} : { gateway }),
        interface: names.get(interfaceIndex) ?? `${interfaceIndex}`,
        metric: metricOf(route),
      }))
    );
    gateways.push(...args.all ? ways : ways.slice(0, 1));
  }
  return gateways;
}

/** A route without a metric comes first. */
function metricOf({ metric = 0 }: Route): number {
  return metric;
}

function usageError(message: string): never {
  console.error(`default_gateway: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}

import { existsSync } from "node:fs";
import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, ignore, spawn, test, type TestOptions } from "../runner/mod.ts";
import { granted } from "../runner/runtime.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS: TestOptions = {
  needs: [...NAMESPACES, "ss", "sys", "write"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
};

function namespaceTest(name: string, run: () => Promise<void>, programs: readonly "ping"[] = []): void {
  test(name, { ...OPTIONS, needs: [...OPTIONS.needs ?? [], ...programs] }, run);
}

async function inNamespace(namespace: string, ...command: string[]): Promise<string[]> {
  const output = await runProgram("ip", ["netns", "exec", namespace, ...command]);
  return output.trim().split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "));
}

function example(name: string, ...args: string[]): string[] {
  return [
    process.execPath,
    "run",
    "-A",
    "--no-check",
    "--config",
    `${ROOT}deno.json`,
    `${ROOT}examples/${name}.ts`,
    ...args,
  ];
}

namespaceTest("ss.ts prints the rows of ss", async () => {
  await using pair = await namespacePair();
  const { name, path } = pair.left;
  const open = (family: number, type: number) => inNetworkNamespace(path, () => Socket.open(family, type));
  using listener = inNetworkNamespace(path, () => TcpListener.listen({ hostname: "10.9.0.1", port: 0 }));
  using both = inNetworkNamespace(path, () => TcpListener.listen({ hostname: "::", port: 0 }));
  using udp = inNetworkNamespace(path, () => UdpSocket.bind({ hostname: "fd09::1", port: 5353 }));
  using unix = open(C.AF_UNIX, C.SOCK_SEQPACKET);
  using packet = open(C.AF_PACKET, C.SOCK_DGRAM);
  using client = open(C.AF_INET, C.SOCK_STREAM);
  await client.connect(listener.socket.localSockaddr());
  using conn = await listener.accept();
  assert(both.addr.port > 0 && udp.socket.fd > 0 && unix.fd > 0 && packet.fd > 0 && conn instanceof TcpConn);
  for (const option of ["-ta", "-ua", "-xa", "-0a", "-tl", "-t", "-6ta"]) {
    // With only one kind of socket, ss leaves out its name.
    const expected = (await inNamespace(name, "ss", "-HOnp", option)).map((row) => row.replace(/^(u_|p_)\w+ /, ""));
    const rows = await inNamespace(name, ...example("ss", "-Hp", option));
    const ours = rows.map((row) => row.replace(/^\w+ /, "")).filter((row) => row.includes(`pid=${process.pid},`));
    assertEquals(ours.sort(), expected.sort(), option); // and not those of ss.ts itself
    assert(ours.length > 0, option);
  }
});

namespaceTest("ss.ts --json prints all that is told", async () => {
  await using pair = await namespacePair();
  using listener = inNetworkNamespace(pair.left.path, () => TcpListener.listen({ hostname: "10.9.0.1", port: 0 }));
  const [sockets] = [JSON.parse((await inNamespace(pair.left.name, ...example("ss", "-tlp", "--json"))).join(" "))];
  assertEquals(sockets.map(({ localAddr }: { localAddr: object }) => localAddr), [
    { hostname: "10.9.0.1", port: listener.addr.port },
  ]);
  assertEquals(sockets[0].processes[0].pid, process.pid);
});

namespaceTest("default_gateway.ts tells the router that `ip route` tells, and ends with 1 without one", async () => {
  await using pair = await namespacePair();
  const { name } = pair.left;
  const gateway = (...options: string[]) =>
    spawn("ip", ["netns", "exec", name, ...example("default_gateway", ...options)]).exit;
  const none = await gateway();
  assertEquals([none.code, none.stdout, none.stderr], [1, "", "default_gateway: there is no default route\n"]);
  await ip(name, "route", "add", "default", "via", "10.9.0.2", "metric", "20");
  await ip(name, "route", "add", "default", "via", "10.9.0.3", "metric", "10");
  await ip(name, "route", "add", "default", "via", "fd09::2", "dev", "left");
  assertEquals((await gateway()).stdout, "IPv4 10.9.0.3 left\nIPv6 fd09::2 left\n");
  assertEquals((await gateway("-4", "--all")).stdout, "IPv4 10.9.0.3 left\nIPv4 10.9.0.2 left\n");
  const [shown] = JSON.parse(await runProgram("ip", ["-n", name, "-j", "route", "show", "default"]));
  const [told] = JSON.parse((await gateway("-4", "--json")).stdout);
  assertEquals([told.gateway, told.interface, told.metric], [shown.gateway, shown.dev, shown.metric]);
});

namespaceTest("ip_monitor.ts tells each change that `ip` makes in a line, or as JSON", async () => {
  await using pair = await namespacePair();
  const { name } = pair.left;
  const start = (...options: string[]) => spawn("ip", ["netns", "exec", name, ...example("ip_monitor", ...options)]);
  await using monitor = start("address", "route", "neighbour", "rule");
  assertEquals(await monitor.line(), "watching address, route, neighbour, rule");
  await using json = start("--json", "route");
  await new Promise((resolve) => setTimeout(resolve, 2000)); // it prints nothing before the first change
  await ip(name, "addr", "add", "10.40.0.1/32", "dev", "left");
  await ip(name, "route", "add", "10.41.0.0/16", "via", "10.9.0.2", "metric", "7");
  await ip(name, "route", "del", "10.41.0.0/16");
  await ip(name, "neigh", "add", "10.9.0.77", "lladdr", "02:00:00:00:00:77", "dev", "left");
  await ip(name, "rule", "add", "from", "10.42.0.0/16", "table", "9", "prio", "50");
  const lines: string[] = [];
  while (lines.at(-1)?.startsWith("rule") !== true) lines.push(await monitor.line() ?? "rule: ended");
  const ours = lines.filter((line) => /10\.4[012]\.|10\.9\.0\.77/.test(line) && !line.includes("table local"));
  assertEquals(ours, [
    "address 10.40.0.1/32 dev left scope global permanent",
    "route 10.41.0.0/16 via 10.9.0.2 dev left table main proto boot metric 7",
    "route deleted 10.41.0.0/16 via 10.9.0.2 dev left table main proto boot metric 7",
    "neighbour 10.9.0.77 dev left lladdr 02:00:00:00:00:77 PERMANENT",
    "rule 50: from 10.42.0.0/16 lookup 9",
  ]);
  const changes: string[] = [];
  while (changes.at(-1)?.startsWith("delete 10.41") !== true) {
    const { action, value } = JSON.parse(await json.line() ?? '{ "action": "delete 10.41: ended", "value": {} }');
    if (!value.destination?.includes(":")) changes.push(`${action} ${value.destination}`); // the interface's own comes late
  }
  assertEquals(changes, [
    "set 10.40.0.1/32",
    "set 10.41.0.0/16",
    "delete 10.41.0.0/16",
  ]);
});

async function ip(namespace: string, ...args: string[]): Promise<void> {
  await runProgram("ip", ["-n", namespace, ...args]);
}

const device = "/dev/net/tun";
if (granted("read") && !existsSync(device)) ignore("tun_ping.ts answers Debian's ping", `needs ${device}`);
else {
  namespaceTest("tun_ping.ts answers Debian's ping, over IPv4 and IPv6, whatever the length", async () => {
    await using pair = await namespacePair();
    for (const [network, host] of [["10.77.0.1/24", "10.77.0.2"], ["fd77::1/64", "fd77::2"]] as const) {
      const command = example("tun_ping", "--name", "pinged", network);
      await using program = spawn("ip", ["netns", "exec", pair.left.name, ...command]);
      assertEquals(await program.line(), `answering at pinged, ${network}`);
      for (const size of ["0", "57", "1400"]) {
        const ping = ["ping", "-c", "2", "-i", "0.2", "-W", "5", "-s", size, host];
        const lines = await inNamespace(pair.left.name, ...ping);
        assert(lines.some((line) => line.includes("2 received, 0% packet loss")), lines.join("\n"));
      }
    }
  }, ["ping"]);
}

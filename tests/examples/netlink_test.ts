import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, Socket } from "../../socket/mod.ts";
import { namespacePair, whyNoNamespaces } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, ignore, test, type TestOptions } from "../runner/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS: TestOptions = {
  needs: ["ip", "ss", "sys", "write"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
};

function rootTest(name: string, run: () => Promise<void>): void {
  const reason = whyNoNamespaces();
  if (reason !== undefined) ignore(name, reason);
  else test(name, OPTIONS, run);
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

rootTest("ss.ts prints the rows of ss", async () => {
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
    // With one kind of sockets only, ss leaves out its name.
    const expected = (await inNamespace(name, "ss", "-HOnp", option)).map((row) => row.replace(/^(u_|p_)\w+ /, ""));
    const rows = await inNamespace(name, ...example("ss", "-Hp", option));
    const ours = rows.map((row) => row.replace(/^\w+ /, "")).filter((row) => row.includes(`pid=${process.pid},`));
    assertEquals(ours.sort(), expected.sort(), option); // and not those of ss.ts itself
    assert(ours.length > 0, option);
  }
});

rootTest("ss.ts --json prints all that is told", async () => {
  await using pair = await namespacePair();
  using listener = inNetworkNamespace(pair.left.path, () => TcpListener.listen({ hostname: "10.9.0.1", port: 0 }));
  const [sockets] = [JSON.parse((await inNamespace(pair.left.name, ...example("ss", "-tlp", "--json"))).join(" "))];
  assertEquals(sockets.map(({ localAddr }: { localAddr: object }) => localAddr), [
    { hostname: "10.9.0.1", port: listener.addr.port },
  ]);
  assertEquals(sockets[0].processes[0].pid, process.pid);
});

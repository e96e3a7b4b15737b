import process from "node:process";
import { namespacePair, NAMESPACES, setSysctl } from "../peers/network_namespace.ts";
import {
  assert,
  assertEquals,
  type Need,
  type Program,
  spawn,
  tempDir,
  test,
  type TestOptions,
} from "../runner/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS: TestOptions = {
  needs: ["run", "read", "write", "env"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
};

function needing(...needs: Need[]): TestOptions {
  return { ...OPTIONS, needs: [...OPTIONS.needs ?? [], ...needs] };
}

function example(name: string, args: string[], under: string[] = []): Program {
  const command = [...under, process.execPath, "run", "-A", "--no-check", `${ROOT}examples/${name}.ts`, ...args];
  return spawn(command[0] ?? "", command.slice(1), { cwd: ROOT });
}

/** The port in a line such as `SERVER AT 0.0.0.0:10001 LISTENING`. */
function portIn(line: string | undefined): string {
  return /:(\d+)/.exec(line ?? "")?.[1] ?? "none";
}

test("grumpy_server.ts answers nc as in the course", needing("nc"), async () => {
  await using server = example("grumpy_server", ["0"]);
  const first = await server.line();
  assert(/^SERVER AT 0\.0\.0\.0:\d+ LISTENING FOR CONNECTIONS$/.test(first ?? ""), first);
  for (let i = 0; i < 2; i++) {
    await using client = spawn("nc", ["127.0.0.1", portIn(first)]);
    client.write("Hello server, would you like to chat?\n");
    assertEquals(await client.line(), "I'm a grumpy server, don't connect, I don't want no friends!");
    assert(/^RECEIVED CONNECTION FROM 127\.0\.0\.1:\d+$/.test(await server.line() ?? ""));
    assertEquals(await server.line(), "127.0.0.1 said: Hello server, would you like to chat?");
    client.closeInput();
  }
});

test("chat_client.ts talks to nc as in the course", needing("nc"), async () => {
  const port = String(20_000 + process.pid % 10_000);
  await using server = spawn("nc", ["-l", "127.0.0.1", port]);
  server.write("no, thanks\n");
  let output = "";
  for (let round = 0; round < 20 && !output.includes("CONNECTED"); round++) {
    await new Promise((resolve) => setTimeout(resolve, 50)); // nc prints nothing when it listens
    await using client = example("chat_client", ["127.0.0.1", port]);
    output = (await client.exit).stdout;
  }
  assertEquals(output, `CLIENT CONNECTED TO SERVER AT 127.0.0.1:${port}\n127.0.0.1 said: no, thanks\n`);
  assertEquals(await server.line(), "Hello server, would you like to chat?");
});

test("grumpy_server.ts and chat_client.ts print their usage, and what is wrong", OPTIONS, async () => {
  await using server = example("grumpy_server", []);
  assertEquals(await server.exit, { code: 1, signal: null, stdout: "[Usage]: grumpy_server.ts PORT\n", stderr: "" });
  await using client = example("chat_client", ["127.0.0.1", "1"]);
  const { code, stderr } = await client.exit;
  assertEquals(code, 1);
  assert(stderr.includes("Cannot connect to 127.0.0.1:1: Connection refused (ECONNREFUSED)"), stderr);
});

test(
  "ping.ts pings as Debian's ping does, raw and unprivileged, and reports the loss",
  needing(...NAMESPACES),
  async () => {
    await using pair = await namespacePair();
    const inLeft = ["ip", "netns", "exec", pair.left.name];
    for (const range of ["1 0", "0 0"]) {
      await setSysctl(pair.left.name, "net.ipv4.ping_group_range", range);
      for (const host of ["10.9.0.2", "fd09::2"]) {
        await using ours = example("ping", ["-c", "3", "-i", "0.05", host], inLeft);
        const { stdout, code, stderr } = await ours.exit;
        assertEquals(code, 0, stderr + stdout);
        const lines = stdout.split("\n");
        assertEquals(
          lines[0],
          `PING ${host} (${host}) 56 bytes of data${range === "0 0" ? ", unprivileged" : ""}.`,
        );
        for (const i of [1, 2, 3]) {
          assert(
            new RegExp(`^64 bytes from ${host}: icmp_seq=${i} ttl=64 time=[\\d.]+ ms$`).test(lines[i] ?? ""),
            lines[i],
          );
        }
        assert(
          /\n3 packets transmitted, 3 received, 0% packet loss, time \d+ms\nrtt min\/avg\/max\/mdev = [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms\n$/
            .test(stdout),
          stdout,
        );
      }
    }
    await using lost = example("ping", ["-c", "1", "-W", "0.2", "10.9.0.77"], inLeft);
    const { stdout, code } = await lost.exit;
    assertEquals(code, 1);
    assert(stdout.includes("1 packets transmitted, 0 received, 100% packet loss"), stdout);
    await using nobody = example("ping", ["-c", "1", "no such host"]);
    assertEquals((await nobody.exit).code, 2);
  },
);

test(
  "udp_chat.ts sends what one user types to the other, over multicast, and survives a line that is too long",
  needing(...NAMESPACES),
  async () => {
    await using pair = await namespacePair();
    const start = (name: string, device: "left" | "right") =>
      example("udp_chat", ["--name", name, "--interface", device], ["ip", "netns", "exec", pair[device].name]);
    await using ann = start("ann", "left");
    await using bob = start("bob", "right");
    assertEquals(await ann.line(), "ann is in 239.255.42.99:4299");
    assertEquals(await bob.line(), "bob is in 239.255.42.99:4299");
    let heard: string | undefined;
    const hearing = bob.line().then((line) => heard = line);
    for (let i = 0; i < 50 && heard === undefined; i++) {
      ann.write("hello all\n");
      await Promise.race([hearing, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    assertEquals(heard, "10.9.0.1 ann: hello all");
    assertEquals(await ann.line(), "10.9.0.1 ann: hello all");
    ann.write(`${"too long ".repeat(10_000)}\nstill here\n`);
    let last = heard;
    for (let i = 0; i < 50 && last?.endsWith("hello all"); i++) last = await bob.line();
    assertEquals(last, "10.9.0.1 ann: still here");
  },
);

test("relay.ts forwards TCP to a unix socket to TCP", OPTIONS, async () => {
  using folder = tempDir();
  const { TcpConn, TcpListener } = await import("../../inet/mod.ts");
  using target = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using probe = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  await using inner = example("relay", [`unix:${folder.path}/s`, `tcp:127.0.0.1:${target.addr.port}`]);
  await using outer = example("relay", [`tcp:127.0.0.1:${port}`, `unix:${folder.path}/s`]);
  assert((await inner.line())?.startsWith("relaying"));
  assert((await outer.line())?.startsWith("relaying"));
  using client = await TcpConn.connect({ hostname: "127.0.0.1", port });
  using server = await target.accept({ timeout: 10_000 });
  await client.write(new TextEncoder().encode("through both"));
  await client.closeWrite();
  const buffer = new Uint8Array(64);
  assertEquals(await server.read(buffer), 12);
  assertEquals(await server.read(buffer), null);
  await server.write(new TextEncoder().encode("back"));
  server.close();
  assertEquals(await client.read(buffer), 4);
  assertEquals(await outer.line(), "connection closed: 12 bytes forward, 4 back");
});

test("tcp_info.ts shows a connection while it sends", OPTIONS, async () => {
  const { TcpListener } = await import("../../inet/mod.ts");
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = example("tcp_info", [
    "--seconds",
    "0.4",
    "--interval",
    "0.1",
    "127.0.0.1",
    String(listener.addr.port),
  ]);
  using conn = await listener.accept({ timeout: 10_000 });
  const buffer = new Uint8Array(1 << 16);
  let received = 0;
  for (let n; (n = await conn.read(buffer)) !== null;) received += n;
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert(lines[0]?.startsWith(`connected to 127.0.0.1:${listener.addr.port}, congestion control `), stdout);
  assert(
    lines.length >= 3 &&
      lines.slice(1).every((line) =>
        /^state ESTABLISHED {2}rtt [\d.]+\/[\d.]+ ms {2}cwnd \d+ segments of \d+ /.test(line)
      ),
    stdout,
  );
  assert(received > 0 && received % 65536 === 0, String(received));
});

import { execFileSync } from "node:child_process";
import process from "node:process";
import { TCP_INFO, TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, relay } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, ignore, test } from "../runner/mod.ts";

/** Why the network cannot be disturbed here; `undefined` if it can. */
function whyNoNetem(): string | undefined {
  const name = `bs-netem-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { stdio: "ignore" });
    execFileSync("tc", ["-n", name, "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "needs CAP_NET_ADMIN CAP_SYS_ADMIN and a kernel with sch_netem: `deno task test netem` boots one";
  } finally {
    try {
      execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
    } catch {
      // It was not made.
    }
  }
}

const reason = whyNoNetem();

function testInBadNetwork(name: string, fn: () => Promise<void>): void {
  if (reason === undefined) test(name, { needs: [...NAMESPACES, "tc"], timeout: 240_000 }, fn);
  else ignore(name, reason);
}

async function worsen(namespace: string, device: string, ...how: string[]): Promise<void> {
  await runProgram("tc", ["-n", namespace, "qdisc", "replace", "dev", device, "root", "netem", ...how]);
}

function pattern(size: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => i * 7 + (i >> 8) & 255);
}

testInBadNetwork("TCP delivers every byte in order over loss, delay and reordering, and through a relay", async () => {
  await using pair = await namespacePair();
  for (const [name, device] of [[pair.left.name, "left"], [pair.right.name, "right"]] as const) {
    await worsen(name, device, "delay", "5ms", "3ms", "loss", "3%", "reorder", "25%", "50%", "duplicate", "1%");
  }
  const data = pattern(300_000);
  using listener = inNetworkNamespace(pair.right.path, () => TcpListener.listen({ hostname: "10.9.0.2", port: 7002 }));
  using front = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await TcpConn.connect(front.addr);
  const relayed = relay(
    await front.accept(),
    await TcpConn.connect({ hostname: "10.9.0.2", port: 7002, networkNamespace: pair.left.path, timeout: 60_000 }),
  );
  using server = await listener.accept({ timeout: 60_000 });
  const writing = client.write(data).then(() => client.closeWrite());
  const got = new Uint8Array(data.length);
  let received = 0;
  for (let n; (n = await server.read(got.subarray(received), { timeout: 60_000 })) !== null && n > 0;) received += n;
  await writing;
  assertEquals(received, data.length);
  assert(got.every((byte, i) => byte === data[i]));
  await server.closeWrite();
  assertEquals(await relayed, { forward: data.length, backward: 0 });
  assert(server.socket.get(TCP_INFO).rtt > 1);
});

testInBadNetwork("UDP loses and reorders, and no wait outlives its timeout", async () => {
  await using pair = await namespacePair();
  using sender = inNetworkNamespace(pair.left.path, () => UdpSocket.bind({ hostname: "10.9.0.1" }));
  using receiver = inNetworkNamespace(pair.right.path, () => UdpSocket.bind({ hostname: "10.9.0.2" }));
  // The neighbour must be resolved before packets are lost: the kernel drops what it queues until then.
  await sender.send(new Uint8Array(2), { addr: receiver.localAddr });
  await receiver.receive({ timeout: 20_000 });
  await worsen(pair.left.name, "left", "delay", "2ms", "2ms", "loss", "30%");
  for (let i = 0; i < 400; i++) await sender.send(new Uint8Array([i & 255, i >> 8]), { addr: receiver.localAddr });
  const seen = new Set<number>();
  for (;;) {
    try {
      const { data } = await receiver.receive({ timeout: 1000 });
      seen.add((data[0] ?? 0) | (data[1] ?? 0) << 8);
    } catch {
      break;
    }
  }
  assert(seen.size > 200 && seen.size < 360, `${seen.size} of 400 came`); // 280 on average
});

testInBadNetwork("with everything lost, connect, read and write end at their timeouts", async () => {
  await using pair = await namespacePair();
  using listener = inNetworkNamespace(pair.right.path, () => TcpListener.listen({ hostname: "10.9.0.2", port: 7003 }));
  const to = { hostname: "10.9.0.2", port: 7003, networkNamespace: pair.left.path };
  using conn = await TcpConn.connect({ ...to, timeout: 20_000 });
  using server = await listener.accept({ timeout: 20_000 });
  await worsen(pair.left.name, "left", "loss", "100%");
  const waits = [
    () => TcpConn.connect({ ...to, timeout: 300 }),
    () => server.read(new Uint8Array(1), { timeout: 300 }),
    () => conn.write(new Uint8Array(20_000_000), { timeout: 300 }),
    () => listener.accept({ timeout: 300 }),
  ];
  for (const wait of waits) {
    const began = performance.now();
    const error = await assertRejects(wait) as Error & { code: string };
    assertEquals(error.name, "TimeoutError");
    assert(performance.now() - began < 5000);
  }
});

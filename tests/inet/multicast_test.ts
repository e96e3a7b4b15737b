import * as inet from "../../inet/mod.ts";
import { interfaces, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, poll } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, assertThrows, type Program, spawn, test } from "../runner/mod.ts";

const PEER = new URL("../peers/udp_peer.py", import.meta.url).pathname;
const GROUPS = [{ group: "239.7.7.7", any: "0.0.0.0", from: "10.9.0.1" }, { group: "ff02::7:7", any: "::", from: "" }];
const PORT = 9753;

function testInNamespaces(name: string, fn: () => Promise<void>): void {
  test(name, { needs: [...NAMESPACES, "python3"] }, fn);
}

function pythonIn(namespace: string, ...args: string[]): Program {
  return spawn("ip", ["netns", "exec", namespace, "python3", PEER, ...args]);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

testInNamespaces("multicast goes from one network namespace to Python in another", async () => {
  await using pair = await namespacePair();
  for (const { group } of GROUPS) {
    await using peer = pythonIn(pair.right.name, "multicast", group, "right", String(PORT));
    assertEquals(await peer.line(), "joined");
    using socket = inNetworkNamespace(
      pair.left.path,
      () => UdpSocket.bind({ hostname: group.includes(":") ? "::" : "0.0.0.0" }),
    );
    socket.setMulticastInterface("left");
    socket.setMulticastHops(3);
    // The first packets may go while the addresses are being resolved.
    let answer: string | undefined;
    const line = peer.line().then((text) => answer = text);
    for (let i = 0; i < 50 && answer === undefined; i++) {
      await socket.send(bytes("to the group"), { addr: { hostname: group, port: PORT } });
      await Promise.race([line, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    assert(/^to the group (10\.9\.0\.1|fe80::.*|fd09::1)$/.test(answer ?? ""), answer);
  }
});

testInNamespaces("joinMulticast() by name and by number, and from one source only", async () => {
  await using pair = await namespacePair();
  for (const { group, any, from } of GROUPS) {
    const ipv6 = any === "::";
    using socket = inNetworkNamespace(
      pair.right.path,
      () => UdpSocket.bind({ hostname: any, port: PORT, reuseAddress: true }),
    );
    socket.socket.set(ipv6 ? inet.IPV6_MULTICAST_ALL : inet.IP_MULTICAST_ALL, false);
    const send = async (text: string) => {
      await using peer = pythonIn(pair.left.name, "multisend", group, "left", String(PORT), text, "3");
      assertEquals((await peer.exit).code, 0);
    };
    const take = async (): Promise<string | undefined> => {
      const [ready] = await poll([{ socket }], { timeout: 300 });
      if (ready === undefined) return undefined;
      const got = await socket.receive();
      while ((await poll([{ socket }], { timeout: 0 })).length > 0) await socket.receive(); // the other copies
      return new TextDecoder().decode(got.data);
    };
    await send("before");
    assertEquals(await take(), undefined);
    socket.joinMulticast(group, { interface: "right" });
    const again = assertThrows(() => socket.joinMulticast(group, { interface: "right" })) as Error & { code: string };
    assertEquals(again.code, "EADDRINUSE");
    await send("joined");
    assertEquals(await take(), "joined");
    socket.leaveMulticast(group, { interface: "right" });
    await send("left");
    assertEquals(await take(), undefined);
    if (ipv6) continue; // the source would be a link-local address that the kernel chose
    const index = inNetworkNamespace(pair.right.path, () => inet.interfaces()).find(({ name }) => name === "right")
      ?.index;
    socket.joinMulticast(group, { interface: index ?? 0, source: "10.9.0.77" });
    await send("not from there");
    assertEquals(await take(), undefined);
    socket.joinMulticast(group, { interface: index ?? 0, source: from });
    await send("from there");
    assertEquals(await take(), "from there");
    socket.leaveMulticast(group, { interface: index ?? 0, source: from });
    socket.leaveMulticast(group, { interface: index ?? 0, source: "10.9.0.77" });
    socket.joinMulticast(group, { interface: "right" });
    socket.blockMulticast(group, from, { interface: "right" });
    await send("blocked");
    assertEquals(await take(), undefined);
    socket.unblockMulticast(group, from, { interface: "right" });
    await send("unblocked");
    assertEquals(await take(), "unblocked");
  }
});

testInNamespaces("multicast comes back to this machine, unless setMulticastLoop() says not", async () => {
  await using pair = await namespacePair();
  for (const { group, any } of GROUPS) {
    using socket = inNetworkNamespace(pair.left.path, () => UdpSocket.bind({ hostname: any }));
    socket.joinMulticast(group, { interface: "left" });
    socket.setMulticastInterface("left");
    const to = { hostname: group, port: socket.localAddr.port };
    socket.setMulticastLoop(true);
    await socket.send(bytes("loop"), { addr: to });
    assertEquals((await socket.receive({ timeout: 2000 })).data.length, 4);
    socket.setMulticastLoop(false);
    await socket.send(bytes("no loop"), { addr: to });
    assertEquals(await poll([{ socket }], { timeout: 50 }), []);
  }
});

test("joinMulticast() refuses an invalid group and an unknown interface", () => {
  using socket = UdpSocket.bind({ hostname: "0.0.0.0" });
  const none = assertThrows(() => socket.joinMulticast("239.1.1.1", { interface: "nosuch" })) as Error & {
    code: string;
  };
  assertEquals(none.code, "ENODEV");
  assertThrows(() => socket.joinMulticast("239.1.1.1", { interface: "a-name-that-is-too-long" }), RangeError);
  for (const no of [0.5, NaN, 2 ** 32 + 1]) { // the low half of the last one is lo
    assertThrows(() => socket.joinMulticast("239.1.1.1", { interface: no }), RangeError, `current value is ${no}`);
  }
  assertThrows(() => socket.joinMulticast("not numeric"), SyntaxError);
  assertThrows(() => socket.joinMulticast("10.0.0.1"), Error, "EINVAL");
  assertThrows(() => socket.leaveMulticast("239.1.1.1", { interface: "lo" }), Error, "EADDRNOTAVAIL");
});

test("setMulticastInterface() takes the number of an interface that is there", () => {
  for (const hostname of ["0.0.0.0", "::"]) {
    using socket = UdpSocket.bind({ hostname });
    assertThrows(() => socket.setMulticastInterface(99_999), Error, hostname === "::" ? "ENODEV" : "EADDRNOTAVAIL");
    socket.setMulticastInterface(interfaces().find(({ name }) => name === "lo")?.index ?? -1);
  }
});

testInNamespaces(
  "inNetworkNamespace() opens the socket there and returns to its own namespace, whatever happens",
  async () => {
    await using pair = await namespacePair();
    const here = inet.interfaces().map(({ name }) => name);
    const there = inNetworkNamespace(pair.left.path, () => inet.interfaces().map(({ name }) => name));
    assertEquals(there, ["lo", "left"]);
    assertEquals(inet.interfaces().map(({ name }) => name), here);
    assertThrows(
      () =>
        inNetworkNamespace(pair.left.path, () => {
          throw new Error("inside");
        }),
      Error,
      "inside",
    );
    assertEquals(inet.interfaces().map(({ name }) => name), here);
    assertThrows(() => inNetworkNamespace("/run/netns/nosuch", () => 1), Error, "ENOENT");
    assertThrows(() => inNetworkNamespace("/etc/hosts", () => 1), Error, "EINVAL");
    assertEquals(inet.interfaces().map(({ name }) => name), here);
  },
);

testInNamespaces("TCP connects from one network namespace to a listener in another", async () => {
  await using pair = await namespacePair();
  using listener = inNetworkNamespace(
    pair.right.path,
    () => inet.TcpListener.listen({ hostname: "10.9.0.2", port: 7000 }),
  );
  const accepted = listener.accept();
  using conn = await inet.TcpConn.connect({
    hostname: "10.9.0.2",
    port: 7000,
    networkNamespace: pair.left.path,
    timeout: 10_000,
  });
  using server = await accepted;
  assertEquals(server.remoteAddr.hostname, "10.9.0.1");
  await conn.write(bytes("hello"));
  assertEquals(await server.read(new Uint8Array(16)), 5);
});

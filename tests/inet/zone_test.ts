import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import {
  interfaces,
  IP_MULTICAST_IF,
  IP_UNICAST_IF,
  IPV6_MULTICAST_IF,
  IPV6_UNICAST_IF,
  RawSocket,
  TcpConn,
  TcpListener,
  udpAddrCodec,
  UdpSocket,
} from "@berkeley/sockets/inet";
import { inNetworkNamespace } from "@berkeley/sockets/socket";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

const BYTES = new Uint8Array([7]);

test("a zone is the index or the name of an interface", async () => {
  const index = interfaces().find(({ name }) => name === "lo")?.index ?? 0;
  for (const zone of ["lo", index]) {
    const sockaddr = udpAddrCodec.encode({ hostname: `fe80::1%${zone}`, port: 80 });
    assertEquals(udpAddrCodec.decode(sockaddr).scopeId, index);
  }
  const hostname = "fe80::1%no-such-device";
  const text = 'Cannot find interface "no-such-device"';
  assertThrows(() => UdpSocket.bind({ hostname }), Error, text);
  assertThrows(() => TcpListener.listen({ hostname }), Error, text);
  await assertRejects(() => TcpConn.connect({ hostname, port: 1 }), Error, text);
  using socket = UdpSocket.bind({ hostname: "::" });
  await assertRejects(
    () => socket.send(BYTES, { addr: { hostname, port: 1 } }),
    Error,
    "Cannot find interface no-such-device",
  );
});

test("an option for an interface takes its index or its name", async () => {
  const index = interfaces().find(({ name }) => name === "lo")?.index ?? 0;
  using ipv4 = UdpSocket.bind({ hostname: "127.0.0.1" });
  using ipv6 = UdpSocket.bind({ hostname: "::1" });
  for (const nameOrIndex of ["lo", index]) {
    for (
      const [socket, option] of [[ipv4, IP_UNICAST_IF], [ipv6, IPV6_UNICAST_IF], [ipv6, IPV6_MULTICAST_IF]] as const
    ) {
      socket.socket.set(option, 0);
      socket.socket.set(option, nameOrIndex);
      assertEquals(socket.socket.get(option), index);
    }
    using any = UdpSocket.bind();
    any.joinMulticast("239.9.9.9", { interface: "lo" });
    ipv4.socket.set(IP_MULTICAST_IF, nameOrIndex);
    await ipv4.send(BYTES, { addr: { hostname: "239.9.9.9", port: any.localAddr.port } });
    assertEquals((await any.receive({ timeout: 5000 })).data, BYTES);
  }
  ipv4.socket.set(IP_MULTICAST_IF, "127.0.0.1");
  assertEquals(ipv4.socket.get(IP_MULTICAST_IF), "127.0.0.1");
});

test("fe80::…%name is taken by listen, bind, connect, localAddr, send and open, in the namespace of the socket", {
  needs: NAMESPACES,
}, async () => {
  await using pair = await namespacePair();
  const { name, path: networkNamespace } = pair.left;
  await runProgram("ip", ["-n", name, "addr", "add", "fe80::77/64", "dev", "left", "nodad"]);
  const scopeId = inNetworkNamespace(networkNamespace, interfaces).find((one) => one.name === "left")?.index ?? 0;
  const hostname = "fe80::77%left";
  using listener = TcpListener.listen({ hostname, networkNamespace });
  assertEquals(listener.addr, { transport: "tcp", hostname: "fe80::77", port: listener.addr.port, scopeId });
  const { port } = listener.addr;
  using client = await TcpConn.connect({ hostname, port, localAddr: { hostname }, networkNamespace });
  assertEquals(client.remoteAddr, listener.addr);
  using udp = UdpSocket.bind({ hostname, networkNamespace });
  const to = { hostname: "fe80::77", scopeId, port: udp.localAddr.port };
  await udp.send(BYTES, { addr: to });
  const { addr } = await udp.receive({ timeout: 5000 });
  assertEquals([addr.hostname, addr.scopeId], ["fe80::77", scopeId]);
  // An open socket, too, looks up names in its own namespace: this thread's has no "left".
  const named = { hostname, port: udp.localAddr.port };
  await udp.send(BYTES, { addr: named });
  await udp.sendMessage({ data: BYTES, addr: named });
  assertEquals((await udp.receive({ timeout: 5000 })).addr, addr);
  assertEquals((await udp.receive({ timeout: 5000 })).addr, addr);
  using connected = UdpSocket.bind({ hostname: "::", networkNamespace });
  await connected.connect(named);
  assertEquals(connected.remoteAddr.scopeId, scopeId);
  using ipv6 = UdpSocket.bind({ hostname: "::", networkNamespace });
  ipv6.socket.set(IPV6_MULTICAST_IF, "left");
  ipv6.socket.set(IPV6_UNICAST_IF, "left");
  assertEquals([ipv6.socket.get(IPV6_MULTICAST_IF), ipv6.socket.get(IPV6_UNICAST_IF)], [scopeId, scopeId]);
  ipv6.setMulticastInterface("left");
  using ipv4 = UdpSocket.bind({ networkNamespace });
  ipv4.socket.set(IP_MULTICAST_IF, "left");
  ipv4.socket.set(IP_UNICAST_IF, "left");
  assertEquals(ipv4.socket.get(IP_UNICAST_IF), scopeId);
  const create = () => BlockingSocket.open(C.AF_INET6, C.SOCK_DGRAM, { codec: udpAddrCodec });
  using blocking = inNetworkNamespace(networkNamespace, create);
  blocking.sendto(BYTES, named);
  assertEquals((await udp.receive({ timeout: 5000 })).addr.scopeId, scopeId);
  using raw = RawSocket.open({ protocol: 58, ipv6: true, hostname, networkNamespace });
  assertEquals(raw.localAddr, { hostname: "fe80::77", scopeId });
});

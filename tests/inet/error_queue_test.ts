import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, poll, SO_TIMESTAMPING } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

const HOSTS = ["127.0.0.1", "::1"];

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

test("receiveError() returns the refusal with its origin and the datagram, and does not wait", async () => {
  for (const host of HOSTS) {
    using socket = UdpSocket.bind({ hostname: host });
    socket.socket.set(host === "::1" ? inet.IPV6_RECVERR : inet.IP_RECVERR, true);
    assertEquals(socket.receiveError(), null);
    const closed = UdpSocket.bind({ hostname: host });
    const to = closed.localAddr;
    closed.close();
    await socket.send(bytes("to nobody"), { addr: to });
    const [ready] = await poll([{ socket, events: ["error"] }], { timeout: 2000 });
    assertEquals(ready?.error, true);
    const queued = socket.receiveError();
    assertEquals(queued?.error.code, "ECONNREFUSED");
    assertEquals(queued?.error.origin, host === "::1" ? "icmpv6" : "icmp");
    assertEquals([queued?.error.icmpType, queued?.error.icmpCode], host === "::1" ? [1, 4] : [3, 3]);
    assertEquals(queued?.error.offender, host);
    assertEquals(queued?.addr, to);
    assertEquals(text(queued?.data ?? new Uint8Array()), "to nobody");
    assertEquals(socket.receiveError(), null);
  }
});

test("receiveError() gives the MTU of a datagram that may not be fragmented", { needs: NAMESPACES }, async () => {
  await using pair = await namespacePair();
  for (const [any, to, ipv6] of [["0.0.0.0", "10.9.0.2", false], ["::", "fd09::2", true]] as const) {
    using socket = inNetworkNamespace(pair.left.path, () => UdpSocket.bind({ hostname: any }));
    socket.socket.set(ipv6 ? inet.IPV6_RECVERR : inet.IP_RECVERR, true);
    socket.socket.set(ipv6 ? inet.IPV6_MTU_DISCOVER : inet.IP_MTU_DISCOVER, C.IP_PMTUDISC_DO);
    await assertRejects(
      () => socket.send(new Uint8Array(2000), { addr: { hostname: to, port: 9 } }),
      Error,
      "EMSGSIZE",
    );
    const queued = socket.receiveError();
    assertEquals([queued?.error.code, queued?.error.origin, queued?.error.info], ["EMSGSIZE", "local", 1500]);
    assertEquals(queued?.addr?.hostname, to);
  }
});

test("receiveMessage() gives the path's MTU, for which IPV6_RECVPATHMTU asks", { needs: NAMESPACES }, async () => {
  await using pair = await namespacePair();
  using socket = inNetworkNamespace(pair.left.path, () => UdpSocket.bind({ hostname: "::" }));
  socket.socket.set(inet.IPV6_RECVPATHMTU, true);
  socket.socket.set(inet.IPV6_DONTFRAG, true);
  await assertRejects(
    () => socket.send(new Uint8Array(2000), { addr: { hostname: "fd09::2", port: 9 } }),
    Error,
    "EMSGSIZE",
  );
  const { data, addr, info } = await socket.receiveMessage({ timeout: 2000 });
  assertEquals([data.length, addr.hostname, info], [0, "fd09::2", { pathMtu: 1500 }]);
});

test("SO_TIMESTAMPING tells when a datagram was sent", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  const { SOF_TIMESTAMPING_TX_SOFTWARE, SOF_TIMESTAMPING_SOFTWARE, SOF_TIMESTAMPING_OPT_ID } = C;
  socket.socket.set(
    SO_TIMESTAMPING,
    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID,
  );
  const before = BigInt(Date.now()) * 1_000_000n;
  for (let i = 0; i < 2; i++) await socket.send(bytes("x"), { addr: socket.localAddr });
  for (let i = 0; i < 2; i++) {
    await poll([{ socket, events: ["error"] }], { timeout: 2000 });
    const queued = socket.receiveError();
    assertEquals([queued?.error.origin, queued?.error.data], ["timestamping", i]);
    const stamp = queued?.info.timestamp ?? 0n;
    assert(stamp >= before && stamp < before + 5_000_000_000n, String(stamp));
  }
});

import { addAddress, changeLink } from "../../netlink/route/mod.ts";
import { C } from "../../ffi/mod.ts";
import { TunDevice } from "../../tun/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, test } from "../runner/mod.ts";

const guestTest = guestTests(guestHas(C.AF_INET, C.SOCK_RAW, C.IPPROTO_ICMP));
const WAIT = { timeout: 20_000 };

test("TunDevice.open() refuses invalid options", () => {
  assertThrows(() => TunDevice.open({ kind: "bridge" as "tun" }), TypeError, `"tun" or "tap"`);
  assertThrows(() => TunDevice.open({ name: "x".repeat(16) }), RangeError, "15 bytes");
  for (const name of [5, null] as never[]) {
    assertThrows(() => TunDevice.open({ name }), TypeError, "its name must be a string: current value is");
  }
  for (const name of ["a/b", "a b", "a:b", ".", "..", "%s", "tun%d%d"]) {
    assertThrows(() => TunDevice.open({ name }), TypeError, `no space, / or :: current value is "${name}"`);
  }
  assertThrows(() => TunDevice.open({ names: "x" } as never), TypeError, "did you mean name?");
});

guestTest("TunDevice answers pings: what the kernel sends is received, what is sent comes to it", {
  needs: ["run", "ping"],
}, async () => {
  const device = TunDevice.open({ name: "test%d" });
  assertEquals(device.name, "test0");
  await addAddress({ link: device.name, address: "10.77.0.1/24" });
  await changeLink(device.name, { up: true });
  const answering = (async () => {
    for await (const packet of device) {
      if (packet[0] !== 0x45 || packet[9] !== C.IPPROTO_ICMP || packet[20] !== 8) continue; // no IPv4 echo request
      const answer = packet.slice();
      answer.set(packet.subarray(12, 16), 16);
      answer.set(packet.subarray(16, 20), 12);
      answer[20] = 0; // an echo reply
      const view = new DataView(answer.buffer);
      const sum = view.getUint16(22) + 0x0800; // one's complement: 8 less in the first byte
      view.setUint16(22, (sum & 0xffff) + (sum >> 16));
      await device.send(answer);
    }
  })();
  // One request each: of several, ping may count more answers than it waits for, or not wait for the last.
  for (let i = 0; i < 3; i++) {
    await using ping = spawn("ping", ["-c", "1", "-W", "15", "10.77.0.2"]);
    const { code, stdout } = await ping.exit;
    assert(code === 0 && / 1 (?:packets )?received/.test(stdout), stdout);
  }
  device.close();
  await answering;
});

guestTest("a TAP device carries frames of Ethernet, with the packet's information where it is asked for", {
  needs: ["run"],
}, async () => {
  using device = TunDevice.open({ kind: "tap", packetInfo: true });
  assertEquals(device.name, "tap0");
  await changeLink(device.name, { up: true });
  for (;;) {
    const frame = await device.receive(WAIT); // the kernel sends its own IPv6 announcements
    const view = new DataView(frame.buffer);
    if (view.getUint16(2) !== C.ETH_P_IPV6) continue;
    assertEquals([view.getUint16(0), view.getUint16(4 + 12)], [0, C.ETH_P_IPV6]);
    break;
  }
  const busy = assertThrows(() => TunDevice.open({ kind: "tap", name: "tap0" }));
  const told = "Cannot open TUN device tap0: it is open already, and not with multiQueue (EBUSY)";
  assertEquals([(busy as { code?: string }).code, busy.message], ["EBUSY", told]);
  assertThrows(() => TunDevice.open({ name: "lo" }), Error, "lo: there is another interface of that name");
  await assertRejects(() => device.send(new Uint8Array(2)), Error, "EINVAL");
});

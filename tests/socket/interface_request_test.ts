import { C } from "../../ffi/mod.ts";
import { decodeInetSockaddr, encodeInetSockaddr } from "../../inet/mod.ts";
import {
  inNetworkNamespace,
  readInterface,
  SIOCGIFADDR,
  SIOCGIFBRDADDR,
  SIOCGIFDSTADDR,
  SIOCGIFFLAGS,
  SIOCGIFHWADDR,
  SIOCGIFINDEX,
  SIOCGIFMTU,
  SIOCGIFNETMASK,
  SIOCGIFTXQLEN,
  SIOCSIFADDR,
  SIOCSIFFLAGS,
  SIOCSIFMTU,
  SIOCSIFNETMASK,
  SIOCSIFTXQLEN,
  Socket,
  writeInterface,
} from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertThrows, hex, test } from "../runner/mod.ts";

test("readInterface() returns what Python's ioctl returns", { needs: ["python3"] }, async () => {
  const program = `import fcntl, json, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def ask(number): return fcntl.ioctl(s, number, struct.pack("40s", b"lo"))[16:40].hex()
print(json.dumps([ask(n) for n in (0x8913, 0x8915, 0x891b, 0x8921, 0x8927, 0x8933, 0x8942)]))`;
  const theirs: string[] = JSON.parse(await runProgram("python3", ["-c", program]));
  using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  const number = (text: string, length: number): number =>
    parseInt(text.slice(0, length * 2).match(/../g)?.reverse().join("") ?? "", 16);
  const [flags = "", addr = "", mask = "", mtu = "", hardware = "", index = "", queue = ""] = theirs;
  assertEquals(readInterface(socket, "lo", SIOCGIFFLAGS), number(flags, 2));
  assertEquals(hex(readInterface(socket, "lo", SIOCGIFADDR)), addr.slice(0, 32));
  assertEquals(hex(readInterface(socket, "lo", SIOCGIFNETMASK)), mask.slice(0, 32));
  assertEquals(readInterface(socket, "lo", SIOCGIFMTU), number(mtu, 4));
  const { type, address } = readInterface(socket, "lo", SIOCGIFHWADDR);
  assertEquals([type, hex(address)], [number(hardware, 2), hardware.slice(4, 32)]);
  assertEquals(readInterface(socket, "lo", SIOCGIFINDEX), number(index, 4));
  assertEquals(readInterface(socket, "lo", SIOCGIFTXQLEN), number(queue, 4));
});

test("readInterface() and writeInterface() refuse invalid values, and report a missing interface", () => {
  const socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  for (const name of ["", "x".repeat(16), "lo\0"]) {
    assertThrows(() => readInterface(socket, name, SIOCGIFMTU), RangeError, "1 to 15 bytes");
  }
  assertThrows(() => readInterface(socket, "no.such", SIOCGIFMTU), Error, "Cannot find interface no.such");
  for (const wrong of [-1, 0.5, 2 ** 31, NaN, "1500" as never]) {
    assertThrows(() => writeInterface(socket, "no.such", SIOCSIFMTU, wrong), RangeError, "SIOCSIFMTU");
  }
  assertThrows(() => writeInterface(socket, "no.such", SIOCSIFFLAGS, 65_536), RangeError, "flags must be 0 to 65535");
  assertThrows(() => writeInterface(socket, "no.such", SIOCSIFADDR, new Uint8Array(25)), RangeError, "SIOCSIFADDR");
  socket.close();
  assertThrows(() => readInterface(socket, "lo", SIOCGIFMTU), Error, "the socket is closed");
});

test(
  "writeInterface() changes an interface in the namespace of the socket, as `ip` shows it",
  { needs: NAMESPACES },
  async () => {
    await using pair = await namespacePair();
    using socket = inNetworkNamespace(pair.left.path, () => Socket.open(C.AF_INET, C.SOCK_DGRAM));
    writeInterface(socket, "left", SIOCSIFMTU, 1400);
    writeInterface(socket, "left", SIOCSIFTXQLEN, 77);
    const addr = { hostname: "10.99.1.2", port: 0 };
    writeInterface(socket, "left", SIOCSIFADDR, encodeInetSockaddr(addr));
    writeInterface(socket, "left", SIOCSIFNETMASK, encodeInetSockaddr({ hostname: "255.255.255.0", port: 0 }));
    const flags = readInterface(socket, "left", SIOCGIFFLAGS);
    writeInterface(socket, "left", SIOCSIFFLAGS, flags | C.IFF_UP | C.IFF_ALLMULTI);
    const shown = async () =>
      JSON.parse(await runProgram("ip", ["-n", pair.left.name, "-j", "address", "show", "dev", "left"]))[0];
    const { mtu, txqlen, flags: names, addr_info } = await shown();
    assertEquals([mtu, txqlen], [1400, 77]);
    assert(names.includes("ALLMULTI") && names.includes("UP"), names.join());
    const ours = addr_info.find(({ local }: { local: string }) => local === "10.99.1.2");
    assertEquals([ours.prefixlen, ours.broadcast], [
      24,
      decodeInetSockaddr(readInterface(socket, "left", SIOCGIFBRDADDR)).hostname,
    ]);
    assertEquals(decodeInetSockaddr(readInterface(socket, "left", SIOCGIFADDR)).hostname, "10.99.1.2");
    assertEquals(decodeInetSockaddr(readInterface(socket, "left", SIOCGIFDSTADDR)).hostname, "10.99.1.2");
    assertThrows(() => writeInterface(socket, "left", SIOCSIFMTU, 10), Error, "EINVAL");
  },
);

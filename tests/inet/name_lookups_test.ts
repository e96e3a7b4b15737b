import { C } from "../../ffi/mod.ts";
import { gethostname, getprotobyname, getprotobynumber, ifIndextoname, ifNametoindex } from "../../inet/mod.ts";
import { inNetworkNamespace, interfaceIndex, interfaceName, Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertThrows, test } from "../runner/mod.ts";

async function python<T>(expression: string): Promise<T> {
  return JSON.parse(await runProgram("python3", ["-c", `import json, socket\nprint(json.dumps(${expression}))`]));
}

test("gethostname() returns what Python's does", { needs: ["python3"] }, async () => {
  assertEquals(gethostname(), await python<string>("socket.gethostname()"));
});

test("ifIndextoname() and ifNametoindex() return what Python's do", { needs: ["python3"] }, async () => {
  const theirs = await python<[number, string][]>("socket.if_nameindex()");
  assert(theirs.length > 0);
  for (const [index, name] of theirs) {
    assertEquals(ifIndextoname(index), name);
    assertEquals(ifNametoindex(name), index);
  }
  assertEquals([ifIndextoname(0), ifIndextoname(0x7ffffff0)], [null, null]);
  assertEquals([ifNametoindex("no.such"), ifNametoindex(""), ifNametoindex("lo\0")], [null, null, null]);
  for (const wrong of [-1, 0.5, 2 ** 32, NaN, "1" as never]) {
    assertThrows(() => ifIndextoname(wrong), RangeError, "number must be 0 to 4294967295");
  }
});

test("getprotobyname() and getprotobynumber() return what C returns to Python, for every protocol", {
  needs: ["python3"],
}, async () => {
  const program = `import ctypes, json
libc = ctypes.CDLL(None)
class protoent(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("aliases", ctypes.POINTER(ctypes.c_char_p)), ("number", ctypes.c_int)]
libc.getprotobynumber.restype = libc.getprotobyname.restype = ctypes.POINTER(protoent)
def told(p):
    if not p: return None
    aliases = []
    while p[0].aliases[len(aliases)]: aliases.append(p[0].aliases[len(aliases)].decode())
    return {"name": p[0].name.decode(), "aliases": aliases, "number": p[0].number}
numbers = [told(libc.getprotobynumber(n)) for n in range(300)]
names = ["tcp", "TCP", "Tcp", "udp", "ipv6-icmp", "sctp", "nonsense", "", "#", "6"]
print(json.dumps([numbers, [told(libc.getprotobyname(name.encode())) for name in names]]))`;
  const [numbers, names] = JSON.parse(await runProgram("python3", ["-c", program]));
  assertEquals(Array.from({ length: 300 }, (_, number) => getprotobynumber(number)), numbers);
  const asked = ["tcp", "TCP", "Tcp", "udp", "ipv6-icmp", "sctp", "nonsense", "", "#", "6"];
  assertEquals(asked.map(getprotobyname), names);
  const tcp = getprotobyname("tcp");
  if (tcp !== null) assertEquals([tcp.number, await python("socket.getprotobyname('tcp')")], [C.IPPROTO_TCP, 6]);
});

test("getprotobynumber() refuses an invalid protocol number", () => {
  for (const wrong of [-1, 1.5, 65_536, NaN, "6" as never]) {
    assertThrows(() => getprotobynumber(wrong), RangeError, "number must be 0 to 65535");
  }
});

test("interfaceName() asks in the namespace of the socket, ifIndextoname() in that of the thread", {
  needs: NAMESPACES,
}, async () => {
  await using pair = await namespacePair();
  using socket = inNetworkNamespace(pair.left.path, () => Socket.open(C.AF_INET, C.SOCK_DGRAM));
  const index = interfaceIndex(socket, "left");
  assertEquals(interfaceName(socket, index), "left");
  assertEquals(inNetworkNamespace(pair.left.path, () => ifNametoindex("left")), index);
  assertEquals(ifNametoindex("left"), null);
  assertThrows(() => interfaceName(socket, 0x7ffffff0), Error, "ENODEV");
  assertThrows(() => interfaceName(socket, -1), RangeError, "number must be 0 to");
});

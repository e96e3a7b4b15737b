import { C, constantName, constantNumber } from "../../ffi/mod.ts";
import {
  getaddrinfo,
  gethostbyaddr,
  gethostbyname,
  getnameinfo,
  getservbyname,
  getservbyport,
  interfaces,
} from "../../inet/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

type LookupError = Error & { code: string; syscall: string; errno: number; address: string };

async function python(program: string, ...args: string[]): Promise<string> {
  return (await runProgram("python3", ["-c", program, ...args])).trimEnd();
}

test("getaddrinfo() names its error as libc does, and ends with its signal", async () => {
  const error = await assertRejects(() => getaddrinfo("127.0.0.1", "no-such-service", { type: 1 })) as LookupError;
  assertEquals([error.code, error.syscall], ["EAI_SERVICE", "getaddrinfo"]);
  assert(error.message.includes("Servname not supported for ai_socktype (EAI_SERVICE)"), error.message);
  await assertRejects(() => getaddrinfo("localhost", 1, { signal: AbortSignal.abort(new Error("no")) }), Error, "no");
  const controller = new AbortController();
  const waiting = getaddrinfo("localhost", 1, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await assertRejects(() => waiting, Error, "changed my mind");
  await assertRejects(() => getaddrinfo("a\0b"), TypeError, "NUL");
});

test("getaddrinfo() derives the transport from the type, and names the host in an error", async () => {
  for (const [type, transport] of [[C.SOCK_STREAM, "tcp"], [C.SOCK_DGRAM, "udp"]] as const) {
    const [answer] = await getaddrinfo("127.0.0.1", 53, { type });
    assertEquals(answer?.addr, { transport, hostname: "127.0.0.1", port: 53 });
  }
  const flags = C.AI_NUMERICHOST;
  for (const [service, asked] of [[80, "no-number:80"], [null, "no-number"]] as const) {
    const error = await assertRejects(() => getaddrinfo("no-number", service, { flags })) as LookupError;
    assertEquals([error.code, error.address], ["EAI_NONAME", asked]);
  }
});

test("an aborted signal refuses every lookup", async () => {
  const options = { signal: AbortSignal.abort(new Error("enough")) };
  const lookups: (() => Promise<unknown>)[] = [
    () => getaddrinfo("localhost", 1, options),
    () => gethostbyname("localhost", options),
    () => gethostbyaddr("127.0.0.1", options),
    () => getnameinfo({ hostname: "127.0.0.1", port: 1 }, options),
    () => getservbyname("http", options),
    () => getservbyport(80, options),
  ];
  for (const lookup of lookups) await assertRejects(lookup, Error, "enough");
});

test("getnameinfo() and getservbyport() keep to their options", async () => {
  const addr = { hostname: "127.0.0.1", port: 80 };
  const error = await assertRejects(() => getnameinfo(addr, { flags: 0x4000_0000 })) as LookupError;
  assertEquals([error.code, error.syscall], ["EAI_BADFLAGS", "getnameinfo"]);
  assertEquals((await getservbyport(53, { protocol: "udp" }))?.protocol, "udp");
  assertEquals((await getservbyport(53, { protocol: "tcp" }))?.protocol, "tcp");
});

test("getnameinfo() answers as Python's does", { needs: ["python3"] }, async () => {
  const questions: [string, number, number][] = [
    ["127.0.0.1", 80, 0],
    ["127.0.0.1", 80, C.NI_NUMERICHOST],
    ["127.0.0.1", 53, C.NI_NUMERICHOST | C.NI_DGRAM],
    ["127.0.0.1", 80, C.NI_NUMERICSERV],
    ["::1", 12345, C.NI_NUMERICHOST],
    ["192.0.2.123", 1, C.NI_NUMERICHOST | C.NI_NUMERICSERV],
  ];
  const program = `import json, socket, sys
print(json.dumps([socket.getnameinfo((h, p), f) for h, p, f in json.load(sys.stdin)]))`;
  const expected = JSON.parse(await runProgram("python3", ["-c", program], JSON.stringify(questions)));
  const got = await Promise.all(questions.map(async ([hostname, port, flags]) => {
    const { host, service } = await getnameinfo({ hostname, port }, { flags });
    return [host, service];
  }));
  assertEquals(got, expected);
});

test("gethostbyname() and gethostbyaddr() answer as Python's do", { needs: ["python3"] }, async () => {
  const program =
    "import json, socket; print(json.dumps([socket.gethostbyname_ex('localhost'), socket.gethostbyaddr('127.0.0.1')]))";
  const expected = JSON.parse(await python(program));
  const hosts = [await gethostbyname("localhost"), await gethostbyaddr("127.0.0.1")];
  assertEquals(hosts.map(({ name, aliases, addresses }) => [name, aliases, addresses]), expected);
  assertEquals((await gethostbyname("::1", { family: C.AF_INET6 })).addresses, ["::1"]);
  const error = await assertRejects(() => gethostbyname(`${"a".repeat(64)}.invalid`)) as LookupError;
  assert(["HOST_NOT_FOUND", "NO_RECOVERY"].includes(error.code), error.code);
  await assertRejects(() => gethostbyaddr("not numeric"), SyntaxError);
});

test("getservbyname() and getservbyport() answer as Python's do", { needs: ["python3"] }, async () => {
  const names: [string, string][] = [["http", "tcp"], ["domain", "udp"], ["www", "tcp"], ["nosuch", "tcp"], [
    "ntp",
    "udp",
  ]];
  const program = `import json, socket, sys
def ask(f, *a):
    try: return f(*a)
    except OSError: return None
names, ports = json.load(sys.stdin)
print(json.dumps([[ask(socket.getservbyname, *n) for n in names], [ask(socket.getservbyport, p, "tcp") for p in ports]]))`;
  const ports = [22, 25, 80, 443, 1, 65535];
  const [byName, byPort] = JSON.parse(await runProgram("python3", ["-c", program], JSON.stringify([names, ports])));
  assertEquals(
    await Promise.all(names.map(async ([name, protocol]) => (await getservbyname(name, { protocol }))?.port ?? null)),
    byName,
  );
  assertEquals(
    await Promise.all(ports.map(async (port) => (await getservbyport(port, { protocol: "tcp" }))?.name ?? null)),
    byPort,
  );
  assertEquals(await getservbyname("www"), await getservbyname("http"));
  await assertRejects(() => getservbyport(65536), RangeError);
});

test("interfaces() lists what ip of iproute2 lists", { needs: ["ip"] }, async () => {
  const links = JSON.parse(await runProgram("ip", ["-j", "addr"])) as {
    ifindex: number;
    ifname: string;
    address?: string;
    addr_info: { local: string; prefixlen: number; broadcast?: string }[];
  }[];
  const expected = links.map(({ ifindex, ifname, address, addr_info }) => ({
    index: ifindex,
    name: ifname,
    hardwareAddress: address === undefined || /^[0:]+$/.test(address) ? "" : address,
    addresses: addr_info.map(({ local, prefixlen, broadcast }) => ({ local, prefixlen, broadcast })),
  }));
  const got = interfaces().map(({ index, name, hardwareAddress, addresses }) => ({
    index,
    name,
    hardwareAddress,
    addresses: addresses.map(({ address, prefixLength, broadcast }) => ({
      local: address,
      prefixlen: prefixLength,
      broadcast,
    })),
  }));
  const sorted = (list: typeof got) =>
    list.map((one) => ({ ...one, addresses: one.addresses.toSorted((a, b) => a.local < b.local ? -1 : 1) }));
  assertEquals(sorted(got), sorted(expected));
  const lo = interfaces().find(({ name }) => name === "lo");
  assertEquals((lo?.flags ?? 0) & (C.IFF_UP | C.IFF_LOOPBACK), C.IFF_UP | C.IFF_LOOPBACK);
});

test(
  "constantName() and constantNumber() agree with Python's constants in both directions",
  { needs: ["python3"] },
  async () => {
    const program = `import json, socket
def constants(prefix): return {n: int(getattr(socket, n)) for n in dir(socket) if n.startswith(prefix)}
print(json.dumps([constants("AF_"), constants("SOCK_"), constants("IPPROTO_")]))`;
    const [families, types, protocols] = JSON.parse(await python(program)) as Record<string, number>[];
    const aliases = new Set(["AF_ROUTE", "AF_LOCAL", "IPPROTO_HOPOPTS", "IPPROTO_IP"]);
    for (const [kind, table] of [["family", families], ["type", types], ["protocol", protocols]] as const) {
      for (const [name, value] of Object.entries(table ?? {})) {
        if (!aliases.has(name)) {
          assertEquals(constantName(kind, value), name as never, name);
          assertEquals(constantNumber(name), value);
        }
      }
    }
    assertEquals(constantName("protocol", 0), "IPPROTO_IP");
    assertEquals(constantName("family", 12345), undefined);
    assertEquals(constantNumber("toString"), undefined);
  },
);

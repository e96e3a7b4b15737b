import { writeFileSync } from "node:fs";
import { C, constantName, constantNumber } from "../../ffi/mod.ts";
import {
  getaddrinfo,
  getHostByAddr,
  getHostByName,
  getnameinfo,
  getServByName,
  getServByPort,
  interfaces,
} from "../../inet/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  ignore,
  isRoot,
  spawn,
  spawnScript,
  tempDir,
  test,
} from "../runner/mod.ts";

type LookupError = Error & { code: string; syscall: string; errno: number };

async function python(program: string, ...args: string[]): Promise<string> {
  return (await runProgram("python3", ["-c", program, ...args])).trimEnd();
}

/** Host, service, family, type, protocol, flags. */
const QUESTIONS: [string | null, string | null, number, number, number, number][] = [
  ["127.0.0.1", "80", 0, 0, 0, 0],
  ["127.0.0.1", "http", 0, C.SOCK_STREAM, 0, 0],
  ["::1", "53", 0, C.SOCK_DGRAM, 0, 0],
  ["::1", "domain", C.AF_INET6, 0, C.IPPROTO_UDP, 0],
  ["127.1", "1", 0, C.SOCK_STREAM, 0, 0],
  ["0x7f000001", "1", 0, C.SOCK_STREAM, 0, C.AI_NUMERICHOST],
  ["localhost", "22", 0, C.SOCK_STREAM, 0, 0],
  ["localhost", null, C.AF_INET, C.SOCK_STREAM, 0, C.AI_CANONNAME],
  ["localhost", "ssh", C.AF_INET6, C.SOCK_STREAM, 0, 0],
  [null, "8080", 0, C.SOCK_STREAM, 0, 0],
  [null, "8080", 0, C.SOCK_STREAM, 0, C.AI_PASSIVE],
  [null, "8080", C.AF_INET6, C.SOCK_STREAM, 0, C.AI_PASSIVE],
  ["127.0.0.1", "80", C.AF_INET6, C.SOCK_STREAM, 0, C.AI_V4MAPPED],
  ["fe80::1%lo", "1", 0, C.SOCK_STREAM, 0, 0],
  ["fe80::1%1", "1", 0, C.SOCK_STREAM, 0, C.AI_NUMERICHOST],
  // those that fail
  ["127.0.0.1", "80", C.AF_INET6, C.SOCK_STREAM, 0, 0],
  ["::1", "80", C.AF_INET, C.SOCK_STREAM, 0, 0],
  ["localhost", "80", 0, C.SOCK_STREAM, 0, C.AI_NUMERICHOST],
  ["127.0.0.1", "http", 0, C.SOCK_STREAM, 0, C.AI_NUMERICSERV],
  ["127.0.0.1", "no-such-service", 0, C.SOCK_STREAM, 0, 0],
  ["127.0.0.1", "70000", 0, C.SOCK_STREAM, 0, 0],
  ["127.0.0.1", "80", 99, C.SOCK_STREAM, 0, 0],
  ["127.0.0.1", "80", 0, 77, 0, 0],
  ["127.0.0.1", "80", 0, 0, 0, 0x4000_0000],
  [null, null, 0, 0, 0, 0],
  ["", "80", 0, C.SOCK_STREAM, 0, 0],
  [" 127.0.0.1", "80", 0, C.SOCK_STREAM, 0, C.AI_NUMERICHOST],
  ["256.256.256.256", "80", 0, C.SOCK_STREAM, 0, C.AI_NUMERICHOST],
  [`${"a".repeat(64)}.invalid`, "80", 0, C.SOCK_STREAM, 0, 0],
];

/** Python's answers, or the name of its error, in the same form as ours. */
const PYTHON_ANSWERS = `
import json, socket, sys
names = {getattr(socket, n): n for n in dir(socket) if n.startswith("EAI_")}
out = []
for host, service, family, type, proto, flags in json.load(sys.stdin):
    try:
        answers = socket.getaddrinfo(host, service, family, type, proto, flags)
        out.append([[f, t, p, c, a[0].split("%")[0], a[1], a[3] if len(a) > 2 else 0] for f, t, p, c, a in answers])
    except socket.gaierror as error:
        out.append(names.get(error.errno, error.errno))
    except (OSError, UnicodeError) as error:
        out.append(str(error))
print(json.dumps(out))`;

async function ours(questions: typeof QUESTIONS): Promise<unknown[]> {
  return await Promise.all(questions.map(async ([host, service, family, type, protocol, flags]) => {
    try {
      const answers = await getaddrinfo(host, service, { family, type, protocol, flags });
      return answers.map((a) => [
        a.family,
        a.type,
        a.protocol,
        a.canonicalName ?? "",
        a.addr.hostname.split("%")[0],
        a.addr.port,
        a.addr.scopeId ?? 0,
      ]);
    } catch (error) {
      return (error as LookupError).code;
    }
  }));
}

test("getaddrinfo() answers as Python's does, for hints and odd inputs", { needs: ["run"] }, async () => {
  const expected = JSON.parse(
    await runProgram("python3", ["-c", PYTHON_ANSWERS], JSON.stringify(QUESTIONS)),
  ) as unknown[];
  const got = await ours(QUESTIONS);
  for (const [i, question] of QUESTIONS.entries()) {
    // Python's own codec refuses an empty label or a too long one before libc can.
    if (typeof expected[i] === "string" && !String(expected[i]).startsWith("EAI_")) continue;
    assertEquals(got[i], expected[i], JSON.stringify(question));
  }
});

function testAsRoot(name: string, fn: () => Promise<void>): void {
  if (isRoot()) test(name, { needs: ["run", "read", "write", "env"] }, fn);
  else ignore(name, "needs root, for a hosts file of its own");
}

const HOSTS_FILES = [
  "127.0.0.1 localhost\n192.0.2.1 one one.example\n2001:db8::1 one\n",
  "192.0.2.9 multi.example alias-a alias-b\n192.0.2.10 multi.example\n# comment\n",
  "   192.0.2.3\tspaced.example   # behind\n::ffff:192.0.2.4 mapped.example\nnot-an-address bad.example\n",
];

testAsRoot("getaddrinfo() and getHostByName() answer as Python's do, for a list of hosts files", async () => {
  using folder = tempDir();
  for (const [i, hosts] of HOSTS_FILES.entries()) {
    writeFileSync(`${folder.path}/hosts${i}`, hosts);
    const names = ["one", "one.example", "multi.example", "alias-b", "spaced.example", "mapped.example", "bad.example"];
    const script = `
      import { getaddrinfo, getHostByName } from "${new URL("../../inet/mod.ts", import.meta.url)}";
      const out = [];
      for (const name of ${JSON.stringify(names)}) {
        try { out.push((await getaddrinfo(name, 1, { type: 1, flags: 2 })).map((a) => [a.addr.hostname, a.canonicalName ?? ""])); }
        catch { out.push("error"); }
        try { const h = await getHostByName(name); out.push([h.name, h.aliases, h.addresses]); } catch { out.push("error"); }
      }
      console.log(JSON.stringify(out));`;
    const py = `
import json, socket
out = []
for name in ${JSON.stringify(names)}:
    try: out.append([[a[4][0], a[3]] for a in socket.getaddrinfo(name, 1, 0, 1, 0, 2)])
    except OSError: out.append("error")
    try: out.append(list(socket.gethostbyname_ex(name)))
    except OSError: out.append("error")
print(json.dumps(out))`;
    // The hosts file is ours in a mount namespace of the child, and names are looked up nowhere else.
    writeFileSync(`${folder.path}/nsswitch`, "hosts: files\n");
    const bind =
      `mount --bind ${folder.path}/hosts${i} /etc/hosts && mount --bind ${folder.path}/nsswitch /etc/nsswitch.conf && exec "$@"`;
    const under = ["unshare", "-m", "sh", "-c", bind, "sh"];
    await using child = spawnScript(script, under);
    const [first = "", ...rest] = under;
    await using peer = spawn(first, [...rest, "python3", "-c", py]);
    const [a, b] = await Promise.all([child.exit, peer.exit]);
    assertEquals(
      JSON.parse(a.stdout || JSON.stringify(a.stderr)),
      JSON.parse(b.stdout || JSON.stringify(b.stderr)),
      hosts,
    );
  }
});

test("getaddrinfo() tells its error by libc's name, and ends with its signal", async () => {
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

test("getnameinfo() answers as Python's does", { needs: ["run"] }, async () => {
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

test("getHostByName() and getHostByAddr() answer as Python's do", { needs: ["run"] }, async () => {
  const program =
    "import json, socket; print(json.dumps([socket.gethostbyname_ex('localhost'), socket.gethostbyaddr('127.0.0.1')]))";
  const expected = JSON.parse(await python(program));
  const hosts = [await getHostByName("localhost"), await getHostByAddr("127.0.0.1")];
  assertEquals(hosts.map(({ name, aliases, addresses }) => [name, aliases, addresses]), expected);
  assertEquals((await getHostByName("::1", { family: C.AF_INET6 })).addresses, ["::1"]);
  const error = await assertRejects(() => getHostByName(`${"a".repeat(64)}.invalid`)) as LookupError;
  assert(["HOST_NOT_FOUND", "NO_RECOVERY"].includes(error.code), error.code);
  await assertRejects(() => getHostByAddr("not numeric"), SyntaxError);
});

test("getServByName() and getServByPort() answer as Python's do", { needs: ["run"] }, async () => {
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
    await Promise.all(names.map(async ([name, protocol]) => (await getServByName(name, { protocol }))?.port ?? null)),
    byName,
  );
  assertEquals(
    await Promise.all(ports.map(async (port) => (await getServByPort(port, { protocol: "tcp" }))?.name ?? null)),
    byPort,
  );
  assertEquals(await getServByName("www"), await getServByName("http"));
  await assertRejects(() => getServByPort(65536), RangeError);
});

test("interfaces() lists what ip of iproute2 lists", { needs: ["run"] }, async () => {
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
  { needs: ["run"] },
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

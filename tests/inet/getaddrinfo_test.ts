import { writeFileSync } from "node:fs";
import { C } from "../../ffi/mod.ts";
import { getaddrinfo } from "../../inet/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, spawn, spawnScript, tempDir, test } from "../runner/mod.ts";
import { Random } from "./random.ts";

/** Host, service, family, type, protocol, flags. */
type Question = [string | null, string | null, number, number, number, number];

const QUESTIONS: Question[] = [
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

const ODD_HOSTS = [
  ...[
    null,
    "",
    " ",
    "127.0.0.1",
    "127.1",
    "0",
    "1",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.0.0.1\n",
    "08.1.1.1",
    "0x",
  ],
  ...[
    "1.2.3.4.5",
    "256.1.1.1",
    "999999999999",
    "1e3",
    "::1",
    "[::1]",
    "::1::",
    "::ffff:127.0.0.1",
    "::%lo",
    "%",
    "*",
    "-",
  ],
  ...["fe80::1%lo", "fe80::1%1", "fe80::1%nosuch", "fe80::1%", "ff02::1%lo", "a b", "\u00e9.invalid", "x".repeat(300)],
  ...["localhost", "LOCALHOST", "localhost."],
];
const ODD_SERVICES = [
  ...[null, "", "0", "80", "080", "0x50", "65535", "65536", "-1", " 80", "80 ", "8e1", "99999999999"],
  ...["http", "HTTP", "domain", "nosuch"],
];
const TYPES = [[0, 0], [1, 0], [2, 0], [3, 0], [1, 17], [2, 6], [5, 132]] as [number, number][];
const FLAGS = [
  ...[0, C.AI_PASSIVE, C.AI_NUMERICHOST, C.AI_NUMERICSERV, C.AI_CANONNAME, C.AI_ADDRCONFIG],
  ...[C.AI_NUMERICHOST | C.AI_NUMERICSERV, C.AI_CANONNAME | C.AI_NUMERICHOST, C.AI_V4MAPPED | C.AI_ALL],
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

async function ours(questions: Question[]): Promise<unknown[]> {
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
      return (error as { code: string }).code;
    }
  }));
}

/** Compares all answers with Python's; returns how many were the same, and how many of those were addresses. */
async function compare(questions: Question[]): Promise<{ same: number; found: number }> {
  const expected = JSON.parse(
    await runProgram("python3", ["-c", PYTHON_ANSWERS], JSON.stringify(questions)),
  ) as unknown[];
  const got = await ours(questions);
  const counts = { same: 0, found: 0 };
  for (const [i, question] of questions.entries()) {
    // Python's own codec refuses an empty label or a too long one before libc can.
    if (typeof expected[i] === "string" && !String(expected[i]).startsWith("EAI_")) continue;
    assertEquals(got[i], expected[i], JSON.stringify(question));
    counts.same++;
    if (Array.isArray(got[i])) counts.found++;
  }
  return counts;
}

test("getaddrinfo() answers as Python's does, for hints and odd inputs", { needs: ["python3"] }, async () => {
  const { same, found } = await compare(QUESTIONS);
  assert(same >= QUESTIONS.length - 2 && found >= 15, `${same} ${found}`);
});

test("getaddrinfo() answers as Python's does for 2,000 mixtures of odd hosts, services and hints", {
  needs: ["python3"],
}, async () => {
  const random = new Random();
  const questions = random.list(2000, (): Question => {
    const host = random.pick(ODD_HOSTS);
    const [type, protocol] = random.pick(TYPES);
    // Names that are in no file would be looked up on a server.
    const numeric = host !== null && !/^localhost$/i.test(host) ? C.AI_NUMERICHOST : 0;
    return [host, random.pick(ODD_SERVICES), random.pick([0, 2, 10, 1]), type, protocol, random.pick(FLAGS) | numeric];
  });
  const { same, found } = await compare(questions);
  assert(same > 1800 && found > 80, `${same} ${found}`);
});

/** Family and flags. */
const HINTS = [
  [0, C.AI_CANONNAME],
  [C.AF_INET, 0],
  [C.AF_INET6, 0],
  [C.AF_INET6, C.AI_V4MAPPED],
  [C.AF_INET6, C.AI_V4MAPPED | C.AI_ALL],
  [0, C.AI_ADDRCONFIG],
  [0, C.AI_NUMERICHOST],
];
const HOSTS_FILES = [
  "127.0.0.1 localhost\n192.0.2.1 one one.example\n2001:db8::1 one\n",
  "192.0.2.9 multi.example alias-a alias-b\n192.0.2.10 multi.example\n# comment\n",
  "192.0.2.5 dos.example\r\n2001:db8::5 dos.example\r\n",
  "192.0.2.6 UPPER.example\n192.0.2.7 upper.EXAMPLE\n2001:db8::6 upper.example",
  `192.0.2.8 ${Array.from({ length: 500 }, (_, i) => `name-${i}`).join(" ")} one\n`,
  "",
  "   192.0.2.3\tspaced.example   # behind\n::ffff:192.0.2.4 mapped.example\nnot-an-address bad.example\n",
];

test("getaddrinfo() and gethostbyname() answer as Python's do, for a list of hosts files", {
  needs: ["write", "python3", "CAP_SYS_ADMIN"],
}, async () => {
  using folder = tempDir();
  for (const [i, hosts] of HOSTS_FILES.entries()) {
    writeFileSync(`${folder.path}/hosts${i}`, hosts);
    const names = ["one", "one.example", "multi.example", "alias-b", "spaced.example", "mapped.example", "bad.example"];
    names.push("dos.example", "upper.example", "UPPER.EXAMPLE", "name-499", "localhost");
    const script = `
      import { getaddrinfo, gethostbyaddr, gethostbyname } from "${new URL("../../inet/mod.ts", import.meta.url)}";
      const out = [];
      for (const name of ${JSON.stringify(names)}) {
        for (const [family, flags] of ${JSON.stringify(HINTS)}) {
          try { out.push((await getaddrinfo(name, 1, { type: 1, family, flags })).map((a) => [a.addr.hostname, a.canonicalName ?? ""])); }
          catch (error) { out.push(error.code); }
        }
        try { const h = await gethostbyname(name); out.push([h.name, h.aliases, h.addresses]); } catch { out.push("error"); }
      }
      try { await gethostbyaddr("203.0.113.77"); } catch (error) { out.push([error.code, error.errno]); }
      console.log(JSON.stringify(out));`;
    const py = `
import json, socket
errors = {getattr(socket, n): n for n in dir(socket) if n.startswith("EAI_")}
out = []
for name in ${JSON.stringify(names)}:
    for family, flags in ${JSON.stringify(HINTS)}:
        try: out.append([[a[4][0], a[3]] for a in socket.getaddrinfo(name, 1, family, 1, 0, flags)])
        except OSError as error: out.append(errors.get(error.errno))
    try: out.append(list(socket.gethostbyname_ex(name)))
    except OSError: out.append("error")
try: socket.gethostbyaddr("203.0.113.77")
except socket.herror as error: out.append([{1: "HOST_NOT_FOUND"}.get(error.errno), error.errno]) # netdb.h
print(json.dumps(out))`;
    // In the child's mount namespace the hosts file is ours, and names are looked up nowhere else.
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

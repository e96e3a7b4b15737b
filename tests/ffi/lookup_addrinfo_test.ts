import { C, eaiName, lookupAddrinfo } from "../../ffi/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, hex, test } from "../runner/mod.ts";

// Only names that need no server: numeric ones, and those in /etc/hosts.
const QUERIES: [node: string | null, service: string | null, family: number, type: number, flags: number][] = [
  ["127.0.0.1", "80", 0, C.SOCK_STREAM, 0],
  ["127.0.0.1", null, 0, 0, 0],
  ["::1", "65535", 0, C.SOCK_DGRAM, 0],
  ["::1", "1", C.AF_INET6, C.SOCK_STREAM, C.AI_NUMERICHOST],
  ["127.0.0.1", "1", C.AF_INET6, C.SOCK_STREAM, C.AI_NUMERICHOST | C.AI_V4MAPPED],
  ["localhost", "443", C.AF_INET, C.SOCK_STREAM, 0],
  ["localhost", "443", 0, C.SOCK_STREAM, C.AI_CANONNAME],
  [null, "8080", 0, C.SOCK_STREAM, C.AI_PASSIVE],
  [null, "8080", 0, C.SOCK_STREAM, 0],
  ["fe80::1%lo", "9", 0, C.SOCK_STREAM, 0],
  ["127.1", "9", 0, C.SOCK_STREAM, 0],
  // These have no answer.
  ["::1", "80", C.AF_INET, C.SOCK_STREAM, 0],
  ["localhost", "80", 0, C.SOCK_STREAM, C.AI_NUMERICHOST],
  ["127.0.0.1", "no-such-service", 0, C.SOCK_STREAM, 0],
  ["127.0.0.1", "80", 99, C.SOCK_STREAM, 0],
  ["127.0.0.1", "80", 0, 77, 0],
  [null, null, 0, 0, 0],
];

const PYTHON = `
import json, socket, sys
names = {value: name for name, value in vars(socket).items() if name.startswith("EAI_")}
answers = []
for node, service, family, kind, flags in json.load(sys.stdin):
    try:
        found = socket.getaddrinfo(node, service, family, kind, 0, flags)
        answers.append([[f, t, p, name, list(address[:2])] for f, t, p, name, address in found])
    except socket.gaierror as error:
        answers.append(names[error.errno])
print(json.dumps(answers))
`;

test("lookupAddrinfo() returns what Python's getaddrinfo() returns", { needs: ["python3"] }, async () => {
  const expected = JSON.parse(await runProgram("python3", ["-c", PYTHON], JSON.stringify(QUERIES)));
  for (const [i, [node, service, family, type, flags]] of QUERIES.entries()) {
    const answers = await lookupAddrinfo(node, service, { family, type, flags });
    const ours = typeof answers === "number" ? eaiName(answers) : answers.map((answer) => [
      answer.family,
      answer.type,
      answer.protocol,
      answer.canonicalName ?? "",
      [text(answer.sockaddr), (answer.sockaddr[2] ?? 0) << 8 | (answer.sockaddr[3] ?? 0)],
    ]);
    assertEquals(ours, expected[i].map?.((answer: unknown[]) => normal(answer)) ?? expected[i], String(QUERIES[i]));
  }
});

test("lookupAddrinfo() does not lose its arguments while it waits", async () => {
  const garbage: Uint8Array[] = [];
  const lookups = Array.from({ length: 64 }, async (_, i) => {
    const answers = await lookupAddrinfo(`127.0.1.${i}`, String(2000 + i), { type: C.SOCK_STREAM });
    assert(typeof answers !== "number");
    assertEquals(hex(answers[0]?.sockaddr.subarray(0, 8) ?? new Uint8Array()), sockaddrHex(i));
  });
  for (let i = 0; i < 20_000; i++) garbage[i % 100] = new Uint8Array(16 + i % 48).fill(0x41);
  await Promise.all(lookups);
});

test("lookupAddrinfo() refuses a name with a NUL before asking", async () => {
  await assertRejects(() => lookupAddrinfo("a\0b", null), TypeError);
  await assertRejects(() => lookupAddrinfo(null, "8\x000"), TypeError);
});

test("eaiName() knows the errors of getaddrinfo(3) and nothing else", () => {
  assertEquals(eaiName(C.EAI_NONAME), "EAI_NONAME");
  assertEquals(eaiName(0), undefined);
  assertEquals(eaiName(-9999), undefined);
});

test("lookupAddrinfo() answers 1,000 concurrent lookups, more than a runtime takes at a time", async () => {
  const questions = Array.from(
    { length: 1000 },
    (_, i) => lookupAddrinfo("127.0.0.1", String(i), { type: C.SOCK_STREAM }),
  );
  for (const [i, answers] of (await Promise.all(questions)).entries()) {
    assert(typeof answers !== "number" && answers.length === 1);
    const [{ sockaddr } = { sockaddr: new Uint8Array(0) }] = answers;
    assertEquals((sockaddr[2] ?? 0) << 8 | (sockaddr[3] ?? 0), i);
  }
});

function sockaddrHex(i: number): string {
  return `0200${(2000 + i).toString(16).padStart(4, "0")}7f0001${i.toString(16).padStart(2, "0")}`;
}

/** IPv6 as hexadecimal digits, so that the comparison does not rely on our code. */
function text(sockaddr: Uint8Array): string {
  return sockaddr.length === 16 ? sockaddr.subarray(4, 8).join(".") : hex(sockaddr.subarray(8, 24));
}

function normal([family, type, protocol, name, address]: unknown[]): unknown[] {
  const [host, port] = address as [string, number];
  return [family, type, protocol, name, [family === C.AF_INET ? host : expanded(host), port]];
}

function expanded(host: string): string {
  const [head = "", tail = ""] = (host.split("%")[0] ?? "").split("::");
  const words = (part: string) =>
    part.split(":").filter(Boolean).flatMap((word) => {
      if (!word.includes(".")) return [word.padStart(4, "0")];
      const [a = 0, b = 0, c = 0, d = 0] = word.split(".").map(Number);
      return [(a << 8 | b).toString(16).padStart(4, "0"), (c << 8 | d).toString(16).padStart(4, "0")];
    });
  const [before, after] = [words(head), words(tail)];
  return [...before, ...Array(8 - before.length - after.length).fill("0000"), ...after].join("");
}

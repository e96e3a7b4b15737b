import { readFileSync } from "node:fs";
import { LEFT_OUT, OF_PYTHON, ROWS } from "../../scripts/docs/names.ts";
import * as can from "../../can/mod.ts";
import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { NL } from "../../netlink/mod.ts";
import * as packet from "../../packet/mod.ts";
import * as socket from "../../socket/mod.ts";
import * as tipc from "../../tipc/mod.ts";
import * as vsock from "../../vsock/mod.ts";
import { assert, assertEquals, spawn, test } from "../runner/mod.ts";

const skipOn = {
  node: "it reads the sources, which the package lacks",
  bun: "it reads the sources, which the package lacks",
};

interface Doc {
  nodes: Record<string, { symbols: { name: string; declarations: { def?: Members }[] }[] }>;
}

interface Members {
  methods?: { name: string }[];
  properties?: { name: string }[];
  extends?: string;
}

const deno = (globalThis as { Deno?: { execPath(): string } }).Deno;

/** The exported names of a module, and `Class.member` of its classes. */
async function namesOf(module: string): Promise<Set<string>> {
  const config = JSON.parse(readFileSync(new URL("../../deno.json", import.meta.url), "utf8"));
  const file = new URL(`../../${config.exports[`./${module}`]}`, import.meta.url).pathname;
  await using program = spawn(deno?.execPath() ?? "", ["doc", "--quiet", "--json", file]);
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  const doc: Doc = JSON.parse(stdout);
  const names = new Set<string>();
  for (const { name, declarations } of Object.values(doc.nodes).flatMap(({ symbols }) => symbols)) {
    names.add(name);
    for (const { def } of declarations) {
      for (const member of [...def?.methods ?? [], ...def?.properties ?? []]) names.add(`${name}.${member.name}`);
    }
  }
  return names;
}

test(
  "docs/names.md: each of our names exists",
  { needs: ["read", "run", "env"], skipOn, timeout: 120_000 },
  async () => {
    const known = new Map<string, Set<string>>();
    const missing: string[] = [];
    for (const place of ROWS.flatMap(({ ours }) => ours.split(", ").filter(Boolean))) {
      const [module = "", name = ""] = place.split(": ");
      const names = known.get(module) ?? await namesOf(module);
      known.set(module, names);
      if (!names.has(name)) missing.push(place);
    }
    assertEquals(missing, []);
  },
);

test("docs/names.md: every name of Python's socket module is accounted for", {
  needs: ["read", "run", "env", "python3"],
  skipOn,
}, async () => {
  await using program = spawn("python3", [
    "-c",
    "import socket\nprint(*(n for n in dir(socket) if not n.startswith('_') and not n.isupper() and n != 'AF_DECnet'))\n" +
    "print(*('socket.' + n for n in dir(socket.socket) if not n.startswith('_')))",
  ]);
  const theirs = (await program.exit).stdout.split(/\s+/).filter(Boolean);
  assert(theirs.length > 70);
  const known = new Set([...OF_PYTHON, ...ROWS.flatMap(({ python }) => python.split(", "))]);
  assertEquals(theirs.filter((name) => !known.has(name)), []);
});

test("docs/names.md: every constant of Python's socket module has its name here, a row, or a reason", {
  needs: ["python3"],
}, async () => {
  await using program = spawn("python3", ["-c", "import socket\nprint(*(n for n in dir(socket) if n.isupper()))"]);
  const theirs = (await program.exit).stdout.split(/\s+/).filter(Boolean);
  assert(theirs.length > 200);
  const rows = ROWS.flatMap(({ python }) => python.split(", "));
  const patterns = rows.filter((name) => name.endsWith("_*")).map((name) => name.slice(0, -1));
  const modules: object[] = [C, NL, can, inet, packet, socket, tipc, vsock];
  const lacking = theirs.filter((name) =>
    !modules.some((module) => name in module) && !rows.includes(name) &&
    !patterns.some((start) => name.startsWith(start)) && !LEFT_OUT.some(([pattern]) => pattern.test(name))
  );
  assertEquals(lacking, []);
});

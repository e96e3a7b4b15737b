/**
 * Checks the import rules, from the real import graph: which module may import which, that no private file is imported
 * from outside its module, that no imports form a cycle, and that the runtimes are named only where they differ.
 *
 * `deno.json`'s exports are the list of modules. `--graph` prints the graph of modules.
 *
 * @module
 */

/**
 * What a module may import of other modules; a name in `types` only as types. A name is a module, or a folder or file of
 * one where no more of it is meant.
 */
interface Rule {
  imports: string[];
  types?: string[];
}

/** A family uses one owned socket, and libc if it has its own system call. */
const FAMILY: Rule = { imports: ["checks", "ffi", "socket"] };

const RULES: Record<string, Rule> = {
  checks: { imports: [] },
  ffi: { imports: ["checks"] },
  socket: { imports: ["checks", "ffi"] },
  inet: FAMILY,
  unix: FAMILY,
  packet: FAMILY,
  alg: FAMILY,
  bluetooth: FAMILY,
  can: FAMILY,
  tipc: FAMILY,
  tun: FAMILY,
  vsock: FAMILY,
  // SCTP uses IP addresses, and connects and listens as TCP does.
  sctp: { imports: [...FAMILY.imports, "inet"] },
  // Netlink's answers contain IP and unix addresses, and TCP_INFO: it uses the pure codecs, and no socket.
  netlink: {
    imports: [...FAMILY.imports, "inet/addresses", "inet/options/tcp_info.ts", "unix/sockaddr_un.ts"],
    types: ["unix/addr.ts"],
  },
  node: FAMILY,
  // AF_SMC uses IP addresses, and connects and listens as TCP does.
  smc: { imports: [...FAMILY.imports, "inet", "netlink"] },
  smc_run: { imports: ["ffi/error.ts", "ffi/platform.ts", "node", "smc"] },
  // RPC takes any connection.
  rpc: { imports: ["checks"], types: ["socket"] },
  // Handlers for RPC: they use its errors and its frame limit.
  dictionary: { imports: ["checks", "rpc"] },
  "mod.ts": { imports: ["ffi", "inet", "unix", "smc", "rpc"], types: ["socket"] },
};

/** Top-level folders that are not modules of the library. */
const NOT_LIBRARY = ["bench", "docs", "examples", "node_modules", "npm", "scripts", "tests"];
/** Modules without an entry in `deno.json`: they are internal, and the other modules may import all their files. */
const INTERNAL = ["checks"];

/** The files that name a runtime's globals: the error classes, the one place that tells them apart, and the file system. */
const OF_RUNTIMES = ["ffi/error.ts", "ffi/platform.ts", "dictionary/_sqlite.ts"];
const RUNTIME = /\b(?:Deno|Bun|process)\b(?=\s*(?:\??[.:[]|[},;)]))/;

interface Import {
  target: string;
  isType: boolean;
}

const root = new URL("..", import.meta.url).pathname;
const config: { exports: Record<string, string> } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
const entryPoints = Object.values(config.exports).map((file) => file.replace("./", ""));
const modules = [...new Set([...entryPoints.map((file) => moduleOf(file)), ...INTERNAL])];
const faults: string[] = [];
const graph = new Map<string, Import[]>();
const exported = new Set(entryPoints);

for (const module of modules) if (RULES[module] === undefined) faults.push(`${module} has no import rule`);
for (const { name, isDirectory } of Deno.readDirSync(root)) {
  const known = modules.includes(name) || NOT_LIBRARY.includes(name) || name.startsWith(".");
  if (isDirectory && !known) faults.push(`${name}/ is no module: deno.json exports nothing of it`);
}
for (const file of modules.flatMap((module) => [...sources(module)]).sort()) {
  const code = withoutComments(Deno.readTextFileSync(root + file));
  checkRuntimes(file, code);
  graph.set(file, importsOf(file, code));
  if (entryPoints.includes(file)) {
    for (const { specifier } of importsIn(code, "export")) exported.add(resolve(file, specifier));
  }
}
for (const [file, imports] of graph) {
  if (exported.has(file) && looksPrivate(file)) faults.push(`${file} is exported, and marked as private`);
  if (!exported.has(file) && !isMarked(file)) {
    faults.push(`${file} is not exported: name it _${file.split("/").at(-1)}, or put it into a private folder`);
  }
  for (const one of imports) checkImport(file, one);
}
faults.push(...cycles());
if (Deno.args.includes("--graph")) printGraph();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
console.log(`imports: ${modules.length} modules, ${graph.size} files, every import within the rules, no cycle`);

function* sources(path: string): Generator<string> {
  if (path.endsWith(".ts")) return yield path;
  for (const entry of Deno.readDirSync(root + path)) {
    if (entry.isDirectory) yield* sources(`${path}/${entry.name}`);
    else if (entry.name.endsWith(".ts")) yield `${path}/${entry.name}`;
  }
}

function moduleOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function looksPrivate(file: string): boolean {
  return file.includes("/_");
}

/** A file is marked by its name, or by its folder: a sub-folder of which nothing is exported is private. */
function isMarked(file: string): boolean {
  if (looksPrivate(file) || INTERNAL.includes(moduleOf(file))) return true;
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return folder !== `${moduleOf(file)}/` && ![...exported].some((other) => other.startsWith(folder));
}

function checkRuntimes(file: string, code: string): void {
  const [runtime] = code.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").match(RUNTIME) ?? [];
  if (runtime === undefined || file.startsWith("ffi/backends/") || OF_RUNTIMES.includes(file)) return;
  faults.push(`${file} names ${runtime}: only ffi/backends/ and ${OF_RUNTIMES.join(", ")} may name a runtime`);
}

function checkImport(file: string, { target, isType }: Import): void {
  const [from, to] = [moduleOf(file), moduleOf(target)];
  if (from === to) return;
  const { imports, types = [] } = RULES[from] ?? { imports: [] };
  const isIn = (names: string[]) => names.some((name) => target === name || target.startsWith(`${name}/`));
  if (!isIn(imports) && !(isType && isIn(types))) {
    faults.push(`${file} imports ${target}: ${from} may not import ${isIn(types) ? "values of " : ""}${to}`);
  } else if (!exported.has(target) && !INTERNAL.includes(to)) {
    faults.push(`${file} imports ${target}: it is private to ${to}`);
  }
}

function importsOf(file: string, code: string): Import[] {
  const found: Import[] = [];
  for (const { specifier, isType } of importsIn(code)) {
    if (specifier.startsWith(".")) {
      found.push({ target: resolve(file, specifier), isType });
      continue;
    }
    const isOwn = file.startsWith("ffi/backends/") || ["node", "smc_run"].includes(moduleOf(file)) ||
      (file === "dictionary/_sqlite.ts" && isType);
    if (!isOwn) faults.push(`${file} imports ${specifier}: the library has no dependency`);
  }
  return found;
}

function resolve(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$| \/\/ .*$/gm, "");
}

function* importsIn(code: string, keyword = "import|export"): Generator<{ specifier: string; isType: boolean }> {
  const statement = new RegExp(`^\\s*(?:${keyword})\\s+(type\\s+)?(?:([^"';]*?)\\s+from\\s+)?"([^"]+)"`, "gm");
  for (const match of code.matchAll(statement)) {
    const names = match[2]?.match(/^\{([\s\S]*)\}$/)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean);
    const allTypes = names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
    yield { specifier: match[3] ?? "", isType: match[1] !== undefined || allTypes };
  }
  for (const match of code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)) {
    yield { specifier: match[1] ?? "", isType: false };
  }
}

function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const { target, isType } of graph.get(file) ?? []) if (!isType) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Each module: how many files it has and exports, and how many imports lead from it to each other module. */
function printGraph(): void {
  for (const module of modules) {
    const files = [...graph].filter(([file]) => moduleOf(file) === module);
    const counts = new Map<string, number>();
    for (const { target } of files.flatMap(([, imports]) => imports)) {
      const to = moduleOf(target);
      if (to !== module) counts.set(to, (counts.get(to) ?? 0) + 1);
    }
    const edges = [...counts].sort().map(([to, count]) => `${to} ${count}`).join(", ");
    const open = files.filter(([file]) => exported.has(file)).length;
    console.log(`${module}: ${files.length} files, ${open} exported${edges === "" ? "" : ` -> ${edges}`}`);
  }
}

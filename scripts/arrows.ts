/**
 * Checks, from the real import graph, that no room imports what the design forbids and that no import closes a circle;
 * and that no runtime is named but where the runtimes differ.
 *
 * @module
 */

type Room = "node" | "ffi" | "socket" | "inet" | "unix" | "netlink" | "packet" | "smc" | "rpc" | "mod.ts";
type Arrow = "yes" | "types" | string[];

const FFI_NAMES = [
  "constants",
  "environment",
  "errno",
  "error",
  "file",
  "getaddrinfo",
  "getifaddrs",
  "netdb",
  "platform",
  "sockaddr_layout",
].map((name) => `ffi/${name}.ts`);
/** What AF_SMC shares with TCP: addresses, and how streams over IP connect and listen. */
const STREAMS = [
  "inet/addr_codec.ts",
  "inet/connect_stream.ts",
  "inet/listen_stream.ts",
  "inet/sockaddr_in.ts",
  "inet/sockaddr_in6.ts",
];

/** What each room may import: everything, only types, or only the files listed. */
const ARROWS: Record<Room, Partial<Record<Room, Arrow>>> = {
  ffi: {},
  socket: { ffi: "yes" },
  inet: { ffi: FFI_NAMES, socket: "yes" },
  unix: { ffi: FFI_NAMES, socket: "yes" },
  netlink: { ffi: FFI_NAMES, socket: "yes" },
  packet: { ffi: FFI_NAMES, socket: "yes" },
  smc: { ffi: FFI_NAMES, socket: "yes", inet: STREAMS, netlink: "yes" },
  rpc: { socket: "types" },
  node: { ffi: FFI_NAMES, socket: "yes" },
  "mod.ts": { ffi: ["ffi/error.ts"], socket: "types", inet: "yes", unix: "yes", smc: "yes", rpc: "yes" },
};

/** The files that name a runtime's globals: the error classes, the one place that tells them apart, and the file system. */
const OF_RUNTIMES = ["ffi/error.ts", "ffi/platform.ts", "rpc/log_file.ts"];
const RUNTIME = /\b(?:Deno|Bun|process)\b(?=\s*(?:\??[.:[]|[},;)]))/;

const root = new URL("..", import.meta.url).pathname;
const rooms = Object.keys(ARROWS) as Room[];
const graph = new Map<string, string[]>();
const faults: string[] = [];

for (const file of [...sources("")].sort()) {
  const from = roomOf(file);
  if (from === undefined) continue;
  const imports: string[] = [];
  const code = withoutComments(Deno.readTextFileSync(root + file));
  const [runtime] = code.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").match(RUNTIME) ?? [];
  if (runtime !== undefined && !file.startsWith("ffi/backend_") && !OF_RUNTIMES.includes(file)) {
    faults.push(`${file} names ${runtime}: only the backends and ${OF_RUNTIMES.join(", ")} may name a runtime`);
  }
  for (const { specifier, isType } of importsIn(code)) {
    if (specifier.startsWith("node:") || !specifier.startsWith(".")) {
      const isOwn = file.startsWith("ffi/backend_") || from === "node" || (file === "rpc/log_file.ts" && isType);
      if (!isOwn) faults.push(`${file} imports ${specifier}: the library has no dependency`);
      continue;
    }
    const target = new URL(specifier, `file:///${file}`).pathname.slice(1);
    if (!isType) imports.push(target);
    const to = roomOf(target);
    if (to === undefined) {
      faults.push(`${file} imports ${target}: outside the library`);
      continue;
    }
    if (from === to) continue;
    const arrow = ARROWS[from][to];
    const allowed = arrow === "yes" || (arrow === "types" && isType) ||
      (Array.isArray(arrow) && (isType || arrow.includes(target)));
    if (!allowed) faults.push(`${file} imports ${target}: ${from} may not import ${describe(arrow)} ${to}`);
  }
  graph.set(file, imports);
}
faults.push(...circles());
if (faults.length > 0) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
console.log(`arrows: ${graph.size} files, no forbidden import, no circle, no runtime out of its place`);

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(root + folder)) {
    const path = folder + entry.name;
    if (entry.isDirectory && rooms.includes(path.split("/")[0] as Room)) yield* sources(`${path}/`);
    else if (entry.isFile && path.endsWith(".ts") && !path.endsWith("_test.ts")) yield path;
  }
}

function roomOf(file: string): Room | undefined {
  const first = file.split("/")[0] as Room;
  return rooms.includes(first) ? first : undefined;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$| \/\/ .*$/gm, "");
}

function* importsIn(code: string): Generator<{ specifier: string; isType: boolean }> {
  for (const match of code.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s+from\s+)?"([^"]+)"/gm)) {
    const names = match[2]?.match(/^\{([\s\S]*)\}$/)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean);
    const allTypes = names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
    yield { specifier: match[3] ?? "", isType: match[1] !== undefined || allTypes };
  }
  for (const match of code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)) {
    yield { specifier: match[1] ?? "", isType: false };
  }
}

function describe(arrow: Arrow | undefined): string {
  if (arrow === undefined) return "anything of";
  return arrow === "types" ? "more than the types of" : "this file of";
}

function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`circle: ${[...path.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

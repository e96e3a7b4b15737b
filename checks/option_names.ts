import { quoted } from "./quoted.ts";

type KeyOfAny<T> = T extends unknown ? keyof T : never;

type ValueOfAny<T, K> = T extends unknown ? K extends keyof T ? Exclude<T[K], undefined> : never : never;

/** Names of options, or of the fields of an address, each with what is checked of its value. */
export type NameTable = Readonly<Record<string, true | "boolean">>;

/**
 * The names of the options of `T`: a table with a name missing, an extra name, or a Boolean not marked as one does not
 * compile.
 */
export type OptionNames<T> = Readonly<{ [K in KeyOfAny<T>]: ValueOfAny<T, K> extends boolean ? "boolean" : true }>;

/** What other libraries and systems call an option, and what this library may call it. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  abortSignal: ["signal"],
  abstract: ["addr"],
  addr: ["hostname", "path"],
  address: ["hostname", "path", "addr"],
  bufferSize: ["buffer"],
  dev: ["link", "interface"],
  device: ["interface"],
  exclusive: ["reusePort"],
  host: ["hostname", "addr"],
  hostname: ["addr"],
  iface: ["interface"],
  ip: ["hostname"],
  length: ["buffer"],
  link: ["interfaceIndex"],
  localAddress: ["localAddr"],
  localPort: ["localAddr"],
  netns: ["networkNamespace"],
  path: ["addr"],
  permissions: ["mode"],
  port: ["addr"],
  proto: ["protocol"],
  size: ["buffer"],
  socketPath: ["path"],
  tcpBacklog: ["backlog"],
  to: ["addr"],
  transport: ["addr"],
  ttl: ["hopLimit"],
  unixPath: ["path"],
  v6only: ["ipv6Only"],
  via: ["gateway"],
  zone: ["scopeId"],
};

/**
 * Refuses options that are not an object, unknown option names, and what is not a Boolean where one is expected: a
 * misspelt option must not count as one that was left out, nor `"false"` as true. Options that are `undefined` count as
 * left out. Each option is read once: a getter could give the check another value than the call.
 *
 * @param action What the options are for, for the error: `Cannot <action>: …`.
 * @param options The options, as the caller gave them.
 * @param names The names of all options.
 * @param elsewhere What replaces the options of other libraries here, by their names there.
 * @returns A copy of the options, which is what to use from here on.
 * @throws {TypeError} If it refuses the options; the message names the option, and for an unknown one the nearest.
 */
export function checkOptions<T extends object>(
  action: string,
  options: T,
  names: NameTable,
  elsewhere: Readonly<Record<string, string>> = {},
): T {
  if ("buffer" in names && ArrayBuffer.isView(options)) {
    throw new TypeError(`Cannot ${action}: options must be an object that holds the buffer: current value is a buffer`);
  }
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw new TypeError(`Cannot ${action}: options must be an object: current value is ${shown(options)}`);
  }
  if (options instanceof AbortSignal) {
    throw new TypeError(`Cannot ${action}: options must be an object that holds the signal: current value is a signal`);
  }
  const name = unknownName(options, names);
  if (name !== undefined) {
    throw new TypeError(`Cannot ${action}: there is no option ${name}${adviceOn("options", name, names, elsewhere)}`);
  }
  const picked = pickedFrom(options, names);
  for (const [name, value] of Object.entries(picked)) {
    if (names[name] !== "boolean" || typeof value === "boolean") continue;
    throw new TypeError(`Cannot ${action} as ${name} must be true or false: current value is ${quoted(value)}`);
  }
  return picked;
}

/**
 * Refuses an address that is not an object, and unknown fields: a misspelt field must not count as one that was left
 * out.
 *
 * @param struct The C struct that the address becomes, for the error.
 * @param addr The address, as the caller gave it.
 * @param names The names of all fields.
 * @throws {TypeError} If it refuses the address; the message names the unknown field and the nearest known one.
 */
export function checkAddress(struct: string, addr: object, names: NameTable): void {
  if (typeof addr !== "object" || addr === null) {
    throw new TypeError(`Cannot encode ${struct}: the address must be an object: current value is ${shown(addr)}`);
  }
  const name = unknownName(addr, names);
  if (name === undefined) return;
  throw new TypeError(`Cannot encode ${struct}: an address has no field ${name}${adviceOn("fields", name, names)}`);
}

/** The named members that are not `undefined`, each read once. */
export function pickedFrom<A extends object>(options: A, names: NameTable): A {
  const picked: Record<string, unknown> = {};
  for (const name in names) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked as A;
}

function unknownName(object: object, names: NameTable): string | undefined {
  for (const name in object) {
    if (!Object.hasOwn(names, name) && (object as Record<string, unknown>)[name] !== undefined) return name;
  }
  return undefined;
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? Object.prototype.toString.call(value) : quoted(value);
}

function adviceOn(
  kind: "options" | "fields",
  name: string,
  names: NameTable,
  elsewhere: Readonly<Record<string, string>> = {},
): string {
  if (Object.hasOwn(elsewhere, name)) return `: ${elsewhere[name]}`;
  const known = Object.keys(names);
  const nearest = nearestName(name, known);
  return nearest === undefined ? `: the ${kind} are ${known.toSorted().join(", ")}` : `: did you mean ${nearest}?`;
}

function nearestName(name: string, names: readonly string[]): string | undefined {
  const words = Object.hasOwn(OTHER_WORDS, name) ? OTHER_WORDS[name] : undefined;
  const word = words?.find((word) => names.includes(word));
  if (word !== undefined) return word;
  const distances = names.map((known) => distance(name.toLowerCase(), known.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, name.length / 3) ? names[distances.indexOf(least)] : undefined;
}

/** How many letters to insert, delete, replace or swap with the next one (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swaps ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}

import { quoted } from "../checks/quoted.ts";
import { LogFile } from "./log_file.ts";
import { RpcError } from "./rpc_error.ts";

/** Options of {@linkcode dictionary}. */
export interface DictionaryOptions {
  /**
   * How many names there may be.
   *
   * @default {100000}
   */
  maxKeys?: number;
  /**
   * How many bytes the names and values may take as JSON text; in memory they take a small multiple.
   *
   * @default {67108864}
   */
  maxBytes?: number;
  /**
   * The file that makes the dictionary durable; without one it ends with the program.
   *
   * @default {undefined}
   */
  file?: string;
}

/** What `GET` takes. */
export interface GetParams {
  /** The name. */
  obj: string;
}

/** What `GET` gives. */
export interface GetResult {
  /** The name. */
  obj: string;
  /** Its value; `null` if it has none. */
  val: unknown;
}

/** What `PUT` takes. */
export interface PutParams {
  /** The name. */
  obj: string;
  /** Its new value, any JSON. */
  val: unknown;
}

/** What `PUT` gives. */
export interface PutResult {
  /** The name. */
  obj: string;
  /** Always `"ok"`. */
  response: "ok";
}

/** The document's store of values by name: handlers for {@linkcode RpcServer.serve}. */
export interface Dictionary extends AsyncDisposable {
  /** Gives the value of a name. */
  GET(params: GetParams): GetResult | Promise<GetResult>;
  /** Gives a name a value; resolves when it is durable, if the dictionary is. */
  PUT(params: PutParams): PutResult | Promise<PutResult>;
}

interface Entry {
  readonly val: unknown;
  readonly bytes: number;
  /** Until the value is durable. */
  commit?: Promise<void> | undefined;
  /** What it replaces, until then. */
  before?: Entry | undefined;
}

/**
 * Makes a dictionary, in memory or with a file.
 *
 * Any string is a name, `__proto__` too; a number is a double, as everywhere in JavaScript. With a file, a `PUT` is
 * acknowledged, and its value given to others, only after an fsync: it survives `kill -9` and the loss of power. The file
 * is an append-only log with checksums; a block torn at its end is cut off at the start. One process may have the file
 * open. Where the log cannot be written, or something else has written to it, this and every later `PUT` is an error, and
 * the values stay as they were.
 *
 * Needs `--allow-read` and `--allow-write` for the file, the file with `.new` after its name, and their folder.
 *
 * @param options The limits, and the file.
 * @returns Handlers; dispose of them to close the file.
 * @throws {SyntaxError} If the file is no log, or one that is damaged before its end.
 * @throws {TypeError} If the file is no regular one, or its name is no text.
 * @throws {RangeError} If a limit is wrong.
 *
 * @example Put and get
 * ```ts
 * import { dictionary } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = dictionary({ maxKeys: 1 });
 * assertEquals(await store.PUT({ obj: "__proto__", val: [1] }), { obj: "__proto__", response: "ok" });
 * assertEquals(await store.GET({ obj: "__proto__" }), { obj: "__proto__", val: [1] });
 * assertEquals(await store.GET({ obj: "toString" }), { obj: "toString", val: null });
 * ```
 */
export function dictionary(options: DictionaryOptions = {}): Dictionary {
  const { maxKeys = 100_000, maxBytes = 64 * 1024 * 1024, file } = options;
  for (const [name, value] of Object.entries({ maxKeys, maxBytes })) {
    if (typeof value === "number" && value >= 0) continue;
    throw new RangeError(`Cannot use ${name} as it is not 0 or more: current value is ${quoted(value)}`);
  }
  if (file !== undefined && (typeof file !== "string" || file === "")) {
    throw new TypeError(`Cannot use file as it is no name of a file: current value is ${quoted(file)}`);
  }
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function* alive(): Generator<string> {
    for (const [obj, { val }] of entries) yield JSON.stringify([obj, val]);
  }
  function keep(obj: string, entry: Entry): void {
    bytes += entry.bytes - (entries.get(obj)?.bytes ?? 0);
    entries.set(obj, entry);
  }

  /** Gives a name back the last value that is durable, unless it has got another since. */
  function undo(obj: string, entry: Entry): void {
    if (entries.get(obj) !== entry) return;
    let { before } = entry;
    while (before?.commit !== undefined) before = before.before;
    bytes += (before?.bytes ?? 0) - entry.bytes;
    if (before === undefined) entries.delete(obj);
    else entries.set(obj, before);
  }

  const log = file === undefined ? undefined : LogFile.open(file, alive);
  for (const [obj, val] of log?.pairs ?? []) keep(obj, { val, bytes: utf8Length(JSON.stringify([obj, val])) });
  return {
    GET(params) {
      const obj = nameIn(params, "GET");
      const entry = entries.get(obj);
      const result = { obj, val: entry?.val ?? null };
      return entry?.commit === undefined ? result : entry.commit.then(() => result);
    },
    PUT(params) {
      const obj = nameIn(params, "PUT");
      if (!("val" in params)) throw new RpcError("Cannot PUT as there is no val");
      const { val } = params;
      const pair = JSON.stringify([obj, val]);
      const entry: Entry = { val, bytes: utf8Length(pair) };
      const old = entries.get(obj);
      if (old === undefined && entries.size >= maxKeys) {
        throw new RpcError(`Cannot PUT as the dictionary is full: it has ${entries.size} names`);
      }
      if (bytes + entry.bytes - (old?.bytes ?? 0) > maxBytes) {
        throw new RpcError(`Cannot PUT as the dictionary is full: it may take ${maxBytes} bytes`);
      }
      keep(obj, entry);
      const result: PutResult = { obj, response: "ok" };
      if (log === undefined) return result;
      entry.before = old;
      entry.commit = log.file.append(pair);
      return entry.commit.then(() => {
        entry.commit = entry.before = undefined;
        return result;
      }, (error) => {
        undo(obj, entry);
        throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      await log?.file.close();
    },
  };
}

/** Types end at the network: what arrives may be anything. */
function nameIn(params: unknown, func: string): string {
  if (typeof params === "object" && params !== null && "obj" in params && typeof params.obj === "string") {
    return params.obj;
  }
  throw new RpcError(`Cannot ${func} as obj is no string`);
}

const encoder = new TextEncoder();

function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

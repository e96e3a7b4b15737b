import { within } from "../checks/within.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { FRAME_MAX_LENGTH } from "../rpc/frame.ts";
import { RpcError } from "../rpc/rpc_error.ts";
import { utf8Length } from "./store_limits.ts";
import { memoryStore } from "./memory_store.ts";
import type { Store } from "./store.ts";

/** Options of {@linkcode dictionary}. */
export interface DictionaryOptions {
  /**
   * The longest reply to a `GET`, in bytes: a `PUT` whose value would need a longer reply is refused. Use the server's
   * `maxLength`, or 212952 if it serves unix seqpackets.
   *
   * @default {8388608}
   */
  maxLength?: number;
}

/** The parameters of `GET`. */
export interface GetParams {
  /** The name. */
  obj: string;
}

/** The result of `GET`. */
export interface GetResult {
  /** The name. */
  obj: string;
  /** Its value; `null` if it has none. */
  val: unknown;
}

/** The parameters of `PUT`. */
export interface PutParams {
  /** The name. */
  obj: string;
  /** Its new value: any JSON value of at most 199 levels, but no number that is larger than a double can be. */
  val: unknown;
}

/** The result of `PUT`. */
export interface PutResult {
  /** The name. */
  obj: string;
  /** Always `"ok"`. */
  response: "ok";
}

/** Values by name: handlers for `RpcServer.serve` of `@berkeley/sockets/rpc`. */
export interface Dictionary extends AsyncDisposable {
  /** Returns the value of a name. */
  GET(params: GetParams): GetResult | Promise<GetResult>;
  /** Sets the value of a name; resolves when the store has acknowledged it. */
  PUT(params: PutParams): PutResult | Promise<PutResult>;
}

const NAMES: OptionNames<DictionaryOptions> = { maxLength: true };

/** How deep a value may be nested: as RPC takes and gives 200 levels, of which the object around it is one. */
const MAX_DEPTH = 199;

/** Bytes of a reply to `GET` without the name and the value. */
const AROUND = '{"status":"OK","response":{"func":"GET","response":{"obj":"","val":}}}'.length;

/**
 * Makes a dictionary: any string is a name, even `__proto__`, and any JSON value of at most 199 levels is a value.
 * Numbers are doubles, as everywhere in JavaScript.
 *
 * @param store Where the values are kept: {@linkcode memoryStore}, {@linkcode sqliteStore}, {@linkcode redisStore},
 * {@linkcode etcdStore}, or your own store.
 * @param options The limit of one value.
 * @returns Handlers; dispose of them to close the store.
 * @throws {TypeError | RangeError} If the store or an option is invalid.
 *
 * @example Put and get
 * ```ts
 * import { dictionary } from "@berkeley/sockets/dictionary";
 * import { assertEquals } from "@std/assert";
 *
 * await using words = dictionary();
 * assertEquals(await words.PUT({ obj: "__proto__", val: [1] }), { obj: "__proto__", response: "ok" });
 * assertEquals(await words.GET({ obj: "__proto__" }), { obj: "__proto__", val: [1] });
 * assertEquals(await words.GET({ obj: "toString" }), { obj: "toString", val: null });
 * ```
 */
export function dictionary(store: Store = memoryStore(), options: DictionaryOptions = {}): Dictionary {
  checkArgumentCount("call dictionary", arguments.length, "store", "options");
  if (typeof store?.get !== "function" || typeof store.put !== "function" || typeof store.close !== "function") {
    throw new TypeError(
      `Cannot make a dictionary: the store must have get, put and close: current value is ${
        Object.prototype.toString.call(store)
      }`,
    );
  }
  options = checkOptions("make a dictionary", options, NAMES);
  const { maxLength = FRAME_MAX_LENGTH } = options;
  within("make a dictionary", "maxLength", maxLength, Number.MAX_SAFE_INTEGER);
  return {
    GET(params) {
      const obj = nameIn(params, "GET");
      const json = store.get(keyOf(obj));
      return isWaiting(json) ? Promise.resolve(json).then((json) => resultOf(obj, json)) : resultOf(obj, json);
    },
    PUT(params) {
      const obj = nameIn(params, "PUT");
      if (isDeeper(params.val, MAX_DEPTH)) {
        throw new RpcError(`Cannot PUT as val is nested deeper than ${MAX_DEPTH} levels`);
      }
      const json: string | undefined = JSON.stringify(params.val);
      if (json === undefined) throw new RpcError("Cannot PUT as val is missing");
      if (json.includes("null") && hasInfinity(params.val)) {
        throw new RpcError("Cannot PUT as val has a number that is larger than a double can be");
      }
      const name = keyOf(obj);
      const length = AROUND + utf8Length(name) + utf8Length(json);
      if (length > maxLength) {
        throw new RpcError(`Cannot PUT as the reply to GET would be ${length} bytes long: the limit is ${maxLength}`);
      }
      const result: PutResult = { obj, response: "ok" };
      const done = store.put(name, json);
      return isWaiting(done) ? Promise.resolve(done).then(() => result) : result;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
    },
  };
}

/** Whether a store answers later: also by a promise of its client's own class, which must not be taken for an answer. */
function isWaiting<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return typeof (answer as PromiseLike<T> | undefined)?.then === "function";
}

/** Types end at the network: the parameters may be anything. */
function nameIn(params: unknown, func: string): string {
  if (typeof params === "object" && params !== null && "obj" in params && typeof params.obj === "string") {
    return params.obj;
  }
  throw new RpcError(`Cannot ${func} as obj must be a string`);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 ||
    (Array.isArray(value) ? value : Object.values(value)).some((each) => isDeeper(each, levels - 1));
}

/** Whether a value has a number that JSON has no text for: `JSON.parse()` takes 1e999, and it would be stored as `null`. */
function hasInfinity(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasInfinity);
}

/** The JSON text of a name without the quotes, so that no engine has to store a lone surrogate or a NUL. */
function keyOf(obj: string): string {
  return JSON.stringify(obj).slice(1, -1);
}

function resultOf(obj: string, json: string | undefined): GetResult {
  if (json === undefined) return { obj, val: null };
  try {
    return { obj, val: JSON.parse(json) };
  } catch (cause) {
    throw new SyntaxError(`Cannot GET ${quoted(obj)} as its stored value is not JSON: the store is damaged`, { cause });
  }
}

import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import type { Store } from "./store.ts";

/** What {@linkcode redisStore} needs of a client: a connected one of `ioredis` or `redis`, a cluster's too. */
export interface RedisClient {
  /** Redis's `GET`. */
  get(key: string): Promise<unknown>;
  /** Redis's `SET`. */
  set(key: string, value: string): Promise<unknown>;
}

/** Options of {@linkcode redisStore}. */
export interface RedisStoreOptions {
  /**
   * What stands before each name in the key.
   *
   * @default {""}
   */
  prefix?: string;
}

const NAMES: OptionNames<RedisStoreOptions> = { prefix: true };

/**
 * Makes a store of Redis, of Valkey, or of a cluster of these: many processes and machines share it.
 *
 * Redis decides what an acknowledgement is worth: with `appendonly yes` and `appendfsync always` a value survives the end
 * of a server and the loss of power; a failover to a replica may lose the last ones. It also has the limits: `maxmemory`
 * with `maxmemory-policy noeviction`. Each value is one string under its name.
 *
 * @param client A client of yours. The store does not close it.
 * @param options What stands before the names.
 * @throws {TypeError} If the client or an option is wrong.
 *
 * @example With a client, here one that is made up
 * ```ts
 * import { dictionary, redisStore } from "@berkeley/sockets/dictionary";
 * import { assertEquals } from "@std/assert";
 *
 * const keys = new Map<string, string>();
 * const client = { // import { Redis } from "ioredis"; const client = new Redis();
 *   get: async (key: string) => keys.get(key) ?? null,
 *   set: async (key: string, value: string) => (keys.set(key, value), "OK"),
 * };
 * const words = dictionary(redisStore(client, { prefix: "words:" }));
 * await words.PUT({ obj: "colour", val: "blue" });
 * assertEquals(keys.get("words:colour"), '"blue"');
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  checkOptions("make a store of Redis", options, NAMES);
  const { prefix = "" } = options;
  if (typeof prefix !== "string") {
    throw new TypeError(`Cannot use prefix as it is no string: current value is ${quoted(prefix)}`);
  }
  if (typeof client?.get !== "function" || typeof client.set !== "function") {
    throw new TypeError(
      `Cannot use what is no client of Redis: current value is ${Object.prototype.toString.call(client)}`,
    );
  }
  return {
    async get(name) {
      const json = await client.get(prefix + name);
      if (json === null || typeof json === "string") return json ?? undefined;
      throw new TypeError(`Cannot GET as Redis answered with no string: ${quoted(json)}`);
    },
    async put(name, json) {
      const answer = await client.set(prefix + name, json);
      if (answer !== "OK") throw new TypeError(`Cannot PUT as Redis answered ${quoted(answer)}, not OK`);
    },
    close() {}, // the client is the user's
  };
}

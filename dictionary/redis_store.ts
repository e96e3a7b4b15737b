import { checkArgumentCount } from "../checks/argument_count.ts";
import { quoted } from "../checks/quoted.ts";
import { type ClientStoreOptions, prefixOf } from "./client_store_options.ts";
import type { Store } from "./store.ts";

/**
 * The part of a client that {@linkcode redisStore} uses: a connected client of `ioredis` or `redis`, also of a cluster.
 */
export interface RedisClient {
  /** Redis's `GET`. */
  get(key: string): Promise<unknown>;
  /** Redis's `SET`. */
  set(key: string, value: string): Promise<unknown>;
}

/**
 * Makes a store in Redis, Valkey, or a cluster of these, which many processes and machines can share.
 *
 * The configuration of Redis decides what an acknowledged value survives: with `appendonly yes` and
 * `appendfsync always`, the end of a server and the loss of power; a failover to a replica may lose the last values. It
 * also sets the limits: use `maxmemory` with `maxmemory-policy noeviction`. Each value is one string under its name.
 *
 * @param client Your client. The store does not close it.
 * @param options The prefix of the keys.
 * @throws {TypeError} If the client or an option is invalid.
 *
 * @example Use a client, here a fake one
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
export function redisStore(client: RedisClient, options: ClientStoreOptions = {}): Store {
  checkArgumentCount("call redisStore", arguments.length, "client", "options");
  const prefix = prefixOf("Redis", client, ["get", "set"], options);
  return {
    async get(name) {
      const json = await client.get(prefix + name);
      if (json === null || typeof json === "string") return json ?? undefined;
      throw new TypeError(`Cannot GET as Redis did not answer with a string: ${quoted(json)}`);
    },
    async put(name, json) {
      const answer = await client.set(prefix + name, json);
      if (answer !== "OK") throw new TypeError(`Cannot PUT as Redis answered ${quoted(answer)}, not OK`);
    },
    close() {}, // the client belongs to the caller
  };
}

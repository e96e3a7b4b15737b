import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { RpcError } from "../rpc/rpc_error.ts";
import { type ClientStoreOptions, prefixOf } from "./client_store_options.ts";
import type { Store } from "./store.ts";
import { utf8Length } from "./store_limits.ts";

/**
 * The part of a client that {@linkcode etcdStore} uses: an `Etcd3` of the package `etcd3`, or one of its namespaces.
 */
export interface EtcdClient {
  /** Starts a Range of one key. */
  get(key: string): { string(): Promise<string | null> };
  /** Starts a Put. */
  put(key: string): { value(value: string): { exec(): Promise<unknown> } };
}

/** Options of {@linkcode etcdStore}. */
export interface EtcdStoreOptions extends ClientStoreOptions {
  /**
   * The most bytes of a key and its value: `--max-request-bytes` of your etcd. A `PUT` of more is refused before it
   * reaches the client, whose circuit breaker would then refuse the calls of everyone for seconds.
   *
   * @default {1572864}
   */
  maxRequestBytes?: number;
}

const NAMES: OptionNames<EtcdStoreOptions> = { maxRequestBytes: true, prefix: true };

/**
 * Makes a store in etcd: its members agree on each value (Raft), and an acknowledged value survives the loss of a
 * minority of them.
 *
 * The limits are those of etcd: 1.5 MiB per value (`--max-request-bytes`, see `maxRequestBytes`), 2 GiB in total (`--quota-backend-bytes`).
 * You must set up the compaction of old revisions (`--auto-compaction-retention`).
 *
 * @param client Your client. The store does not close it.
 * @param options The prefix of the keys, and the limit of one value.
 * @throws {TypeError | RangeError} If the client or an option is invalid.
 *
 * @example Use a client, here a fake one
 * ```ts
 * import { dictionary, etcdStore } from "@berkeley/sockets/dictionary";
 * import { assertEquals } from "@std/assert";
 *
 * const keys = new Map<string, string>();
 * const client = { // import { Etcd3 } from "etcd3"; const client = new Etcd3({ hosts });
 *   get: (key: string) => ({ string: async () => keys.get(key) ?? null }),
 *   put: (key: string) => ({ value: (value: string) => ({ exec: async () => void keys.set(key, value) }) }),
 * };
 * const words = dictionary(etcdStore(client, { prefix: "words/" }));
 * await words.PUT({ obj: "colour", val: "blue" });
 * assertEquals(keys.get("words/colour"), '"blue"');
 * ```
 */
export function etcdStore(client: EtcdClient, options: EtcdStoreOptions = {}): Store {
  checkArgumentCount("call etcdStore", arguments.length, "client", "options");
  const { maxRequestBytes = 1.5 * 1024 * 1024, ...rest } = checkOptions("make a store of etcd", options, NAMES);
  const prefix = prefixOf("etcd", client, ["get", "put"], rest);
  within("make a store of etcd", "maxRequestBytes", maxRequestBytes, Number.MAX_SAFE_INTEGER, 1);
  return {
    get: async (name) => await client.get(prefix + name).string() ?? undefined,
    async put(name, json) {
      const length = utf8Length(prefix + name) + utf8Length(json);
      if (length > maxRequestBytes) {
        throw new RpcError(
          `Cannot PUT as the request would be ${length} bytes long: etcd's limit is ${maxRequestBytes}`,
        );
      }
      await client.put(prefix + name).value(json).exec();
    },
    close() {}, // the client belongs to the caller
  };
}

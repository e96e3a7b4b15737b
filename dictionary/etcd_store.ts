import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import type { Store } from "./store.ts";

/** What {@linkcode etcdStore} needs of a client: the `Etcd3` of the package `etcd3`, or a namespace of it. */
export interface EtcdClient {
  /** Starts a Range of one key. */
  get(key: string): { string(): Promise<string | null> };
  /** Starts a Put. */
  put(key: string): { value(value: string): { exec(): Promise<unknown> } };
}

/** Options of {@linkcode etcdStore}. */
export interface EtcdStoreOptions {
  /**
   * What stands before each name in the key.
   *
   * @default {""}
   */
  prefix?: string;
}

const NAMES: OptionNames<EtcdStoreOptions> = { prefix: true };

/**
 * Makes a store of etcd: its members agree on each value (Raft), and an acknowledged one survives the loss of a minority
 * of them.
 *
 * etcd has the limits: a value of 1.5 MiB (`--max-request-bytes`), 2 GiB of all (`--quota-backend-bytes`); compaction of
 * old revisions is the user's (`--auto-compaction-retention`).
 *
 * @param client A client of yours. The store does not close it.
 * @param options What stands before the names.
 * @throws {TypeError} If the client or an option is wrong.
 *
 * @example With a client, here one that is made up
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
  checkOptions("make a store of etcd", options, NAMES);
  const { prefix = "" } = options;
  if (typeof prefix !== "string") {
    throw new TypeError(`Cannot use prefix as it is no string: current value is ${quoted(prefix)}`);
  }
  if (typeof client?.get !== "function" || typeof client.put !== "function") {
    throw new TypeError(
      `Cannot use what is no client of etcd: current value is ${Object.prototype.toString.call(client)}`,
    );
  }
  return {
    get: async (name) => await client.get(prefix + name).string() ?? undefined,
    async put(name, json) {
      await client.put(prefix + name).value(json).exec();
    },
    close() {}, // the client is the user's
  };
}

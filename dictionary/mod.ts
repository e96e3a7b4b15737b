/**
 * Named values, to serve with `RpcServer` of `@berkeley/sockets/rpc`: in memory, in an SQLite file, or in a distributed
 * database through your own client.
 *
 * | store                     | what an acknowledged value survives     | who shares it                    |
 * | ------------------------- | --------------------------------------- | -------------------------------- |
 * | {@linkcode memoryStore}   | nothing                                 | one process                      |
 * | {@linkcode sqliteStore}   | `kill -9`, the loss of power            | processes of one machine         |
 * | {@linkcode redisStore}    | what Redis is configured for            | many machines                    |
 * | {@linkcode etcdStore}     | the loss of a minority of the machines  | many machines, by consensus      |
 *
 * Importing this module opens nothing and needs no permission.
 *
 * @example A durable dictionary, served
 * ```ts
 * import { type Dictionary, dictionary, sqliteStore } from "@berkeley/sockets/dictionary";
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { RpcClient, RpcServer } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * {
 *   await using words = dictionary(sqliteStore(`${folder}/words.db`));
 *   await using _server = RpcServer.serve(listener, words);
 *   using client = new RpcClient<Dictionary>(await TcpConn.connect(listener.addr));
 *   await client.call("PUT", { obj: "colour", val: { name: "blue" } });
 *   assertEquals((await client.call("GET", { obj: "colour" })).val, { name: "blue" });
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export type { ClientStoreOptions } from "./client_store_options.ts";
export {
  type Dictionary,
  dictionary,
  type DictionaryOptions,
  type GetParams,
  type GetResult,
  type PutParams,
  type PutResult,
} from "./dictionary.ts";
export { type EtcdClient, etcdStore, type EtcdStoreOptions } from "./etcd_store.ts";
export { memoryStore } from "./memory_store.ts";
export { type RedisClient, redisStore } from "./redis_store.ts";
export { sqliteStore } from "./sqlite_store.ts";
export type { Store } from "./store.ts";
export type { StoreLimits } from "./store_limits.ts";

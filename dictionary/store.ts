/**
 * Where a {@linkcode dictionary} keeps its values. To use another engine, write these three functions.
 *
 * A name is a well-formed string without NUL: `JSON.stringify(obj)` without its quotes. A value is its JSON text. If
 * `put` throws an {@linkcode RpcError}, the caller receives its message; any other error goes to the server's
 * `onError`.
 */
export interface Store {
  /** Returns the JSON text of a name's value, or `undefined`. It sees every acknowledged `put`. */
  get(name: string): string | undefined | Promise<string | undefined>;
  /** Sets the value of a name; returning or resolving is the acknowledgement. */
  put(name: string, json: string): void | Promise<void>;
  /** Waits for pending values, then frees what the store has opened. */
  close(): void | Promise<void>;
}

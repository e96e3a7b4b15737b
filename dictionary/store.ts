/**
 * Where a {@linkcode dictionary} keeps its values. Write one for another engine: three functions.
 *
 * A name is a well-formed string without NUL, `JSON.stringify(obj)` without its quotes; a value is its JSON text. An
 * {@linkcode RpcError} that `put` throws is told to the caller, any other error to the server's `onError`.
 */
export interface Store {
  /** Gives the JSON text of a name's value, or `undefined`. It sees every `put` that has been acknowledged. */
  get(name: string): string | undefined | Promise<string | undefined>;
  /** Gives a name a value; what it returns or resolves with is the acknowledgement. */
  put(name: string, json: string): void | Promise<void>;
  /** Waits for what was put, then frees what the store has opened. */
  close(): void | Promise<void>;
}

import { countIn, limitsOf, type StoreLimits, utf8Length } from "./store_limits.ts";
import type { Store } from "./store.ts";

/**
 * Makes a store in memory, which ends with the program.
 *
 * @param limits How much it may hold. In memory a string takes one or two bytes per character.
 * @throws {TypeError | RangeError} If a limit is invalid.
 *
 * @example A dictionary with room for one name
 * ```ts
 * import { dictionary, memoryStore } from "@berkeley/sockets/dictionary";
 * import { RpcError } from "@berkeley/sockets/rpc";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const words = dictionary(memoryStore({ maxKeys: 1 }));
 * await words.PUT({ obj: "colour", val: "blue" });
 * assertThrows(() => words.PUT({ obj: "shape", val: "round" }), RpcError, "the dictionary is full");
 * assertEquals(await words.GET({ obj: "colour" }), { obj: "colour", val: "blue" });
 * ```
 */
export function memoryStore(limits: StoreLimits = {}): Store {
  const checked = limitsOf(limits);
  const values = new Map<string, { json: string; bytes: number }>();
  const totals = { keys: 0, bytes: 0 };
  return {
    get: (name) => values.get(name)?.json,
    put(name, json) {
      const bytes = utf8Length(name) + utf8Length(json);
      countIn(totals, bytes, values.get(name)?.bytes, checked);
      values.set(name, { json, bytes });
    },
    close() {
      values.clear();
    },
  };
}

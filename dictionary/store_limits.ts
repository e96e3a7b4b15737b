import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { RpcError } from "../rpc/rpc_error.ts";

/** How much a store in this process may hold. */
export interface StoreLimits {
  /**
   * The most names.
   *
   * @default {100000}
   */
  maxKeys?: number;
  /**
   * The most bytes of names and values, as JSON text.
   *
   * @default {67108864}
   */
  maxBytes?: number;
}

/** The contents of a store: the number of names, and the bytes of names and values. */
export interface Totals {
  keys: number;
  bytes: number;
}

const NAMES: OptionNames<StoreLimits> = { maxKeys: true, maxBytes: true };

/** Checks the limits and fills in the defaults. */
export function limitsOf(limits: StoreLimits): Required<StoreLimits> {
  limits = checkOptions("make a store", limits, NAMES);
  const { maxKeys = 100_000, maxBytes = 64 * 1024 * 1024 } = limits;
  for (const [name, value] of Object.entries({ maxKeys, maxBytes })) {
    if (typeof value === "number" && value >= 0) continue;
    throw new RangeError(`Cannot use ${name} as it must be 0 or more: current value is ${quoted(value)}`);
  }
  return { maxKeys, maxBytes };
}

/** Adds a value to the count, which replaces one of `old` bytes if there is one; throws if it exceeds the limits. */
export function countIn(totals: Totals, bytes: number, old: number | undefined, limits: Required<StoreLimits>): void {
  const { keys } = totals;
  if (old === undefined && keys >= limits.maxKeys) {
    throw new RpcError(`Cannot PUT as the dictionary is full: it has ${keys} names`);
  }
  const grown = totals.bytes + bytes - (old ?? 0);
  if (grown > limits.maxBytes) {
    throw new RpcError(`Cannot PUT as the dictionary is full: it may hold ${limits.maxBytes} bytes`);
  }
  totals.bytes = grown;
  if (old === undefined) totals.keys++;
}

const encoder = new TextEncoder();

/** The length of a string in UTF-8, in bytes. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

import { readFileSync } from "node:fs";

/** The capabilities(7) that tests need, with their numbers. */
const NUMBERS = {
  CAP_CHOWN: 0,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_BPF: 39,
} as const;

/** The name of such a capability. */
export type Capability = keyof typeof NUMBERS;

/** Whether a name is that of a capability. */
export function isCapability(name: string): name is Capability {
  return Object.hasOwn(NUMBERS, name);
}

/** Why a test is skipped that needs some; `undefined` if the program has them all. */
export function whyNotWithCapabilities(names: readonly Capability[]): string | undefined {
  if (names.length === 0) return undefined;
  const effective = effectiveCapabilities();
  if (effective === undefined) return "needs --allow-all, to know its capabilities";
  const missing = names.filter((name) => (effective >> BigInt(NUMBERS[name]) & 1n) === 0n);
  return missing.length === 0 ? undefined : `needs ${missing.join(" ")}, which root has, but not in every container`;
}

/** The bits of this process's effective capabilities; `undefined` if it may not read them. */
function effectiveCapabilities(): bigint | undefined {
  try {
    return BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1]}`);
  } catch {
    return undefined; // Deno reads this file only with --allow-all
  }
}

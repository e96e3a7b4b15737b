import { Socket } from "../../socket/mod.ts";
import { environment, ignore, test, type TestOptions } from "../runner/mod.ts";

/** The reason for tests that run only in the guest. */
export const NEEDS_GUEST = "needs the guest: deno task test:families";
/** For the suites: the guest is emulated, on few and slow processors. */
export const IN_GUEST = { bulk: 4 << 20, flood: 2 << 20, connections: 50, rounds: 40, slowness: 3 };

/** Whether this is the guest that `deno task test:families` boots, and its kernel opens such a socket. */
export function guestHas(family: number, type: number, protocol = 0): boolean {
  if (environment("GUEST") !== "1") return false;
  try {
    Socket.open(family, type, protocol).close();
    return true;
  } catch {
    return false;
  }
}

/** Registers a family's tests; if `has` is false, they are skipped by name. */
export function guestTests(
  has: boolean,
): (name: string, options: TestOptions, fn: () => void | Promise<void>) => void {
  return has ? test : (name) => ignore(name, NEEDS_GUEST);
}

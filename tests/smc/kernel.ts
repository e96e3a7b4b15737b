import { existsSync } from "node:fs";
import { C } from "../../ffi/mod.ts";
import { addUeid, removeUeid, smcUeids } from "../../smc/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { environment, ignore, test, type TestOptions } from "../runner/mod.ts";

/** The one UEID of the guest: with it connections are SMC-R, without it they fall back to TCP. */
export const UEID = "GUEST";

/** Whether this is the guest that `deno task test:smc` boots: tests may change its SMC settings. */
export const inGuest: boolean = environment("GUEST") === "1" && hasSmc() && existsSync("/bin/smc_diag");

/** Registers a test that needs a kernel with SMC whose settings it may change. */
export function smcTest(name: string, fn: () => void | Promise<void>): void;
export function smcTest(name: string, options: TestOptions, fn: () => void | Promise<void>): void;
export function smcTest(
  name: string,
  options: TestOptions | (() => void | Promise<void>),
  fn?: () => void | Promise<void>,
): void {
  if (!inGuest) ignore(name, "needs the guest: deno task test:smc");
  else if (fn === undefined) test(name, options as () => void | Promise<void>);
  else test(name, options as TestOptions, fn);
}

/** Makes the guest's new connections use SMC-R, or fall back to TCP. */
export async function setMode(mode: "smc-r" | "tcp"): Promise<void> {
  const has = (await smcUeids()).includes(UEID);
  if (mode === "smc-r" && !has) await addUeid(UEID);
  if (mode === "tcp" && has) await removeUeid(UEID);
}

function hasSmc(): boolean {
  try {
    Socket.open(C.AF_SMC, C.SOCK_STREAM).close();
    return true;
  } catch {
    return false;
  }
}

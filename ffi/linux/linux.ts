import type { System } from "../system.ts";
import { CONSTANTS_LINUX } from "./constants.ts";
import { ERRNO_ALIASES, ERRNO_LINUX } from "./errno.ts";
import { linuxLayout } from "./layout.ts";
import { BACKGROUND_SYMBOLS, SYMBOLS } from "./symbols.ts";

/** Everything that is specific to Linux. */
export const LINUX: System = {
  os: "linux",
  constants: CONSTANTS_LINUX,
  errors: ERRNO_LINUX,
  errorAliases: ERRNO_ALIASES,
  layoutOf: linuxLayout,
  symbols: SYMBOLS,
  backgroundSymbols: BACKGROUND_SYMBOLS,
};

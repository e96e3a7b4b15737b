import { check } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";

/** `HOST_NAME_MAX` of Linux is 64; a NUL follows. */
const ROOM = 256;

/**
 * The name of this machine, or of its container: what `hostname` prints. Permission: `--allow-ffi`.
 *
 * @returns The name.
 * @throws {SystemError} If the system refuses.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/gethostname.2.html | gethostname(2)}
 *
 * @example Usage
 * ```ts
 * import { gethostname } from "@berkeley/sockets/inet";
 * import { assert } from "@std/assert";
 *
 * assert(gethostname().length <= 64);
 * ```
 */
export function gethostname(): string {
  const name = new Uint8Array(ROOM);
  check(libc().gethostname(name, BigInt(ROOM)), "gethostname");
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

import { checkText } from "../../checks/check_text.ts";
import { within } from "../../checks/within.ts";
import { libc } from "../../ffi/libc.ts";

/** `IF_NAMESIZE`, the NUL included. */
const NAME_SIZE = 16;

/**
 * The name of the network interface that has a number, in the network namespace of the thread. `interfaceName()` of
 * `./socket` asks in that of a socket. Permission: `--allow-ffi`.
 *
 * @param index The number, 1 or more.
 * @returns The name, or `null` if there is no such interface, as libc answers NULL.
 * @throws {RangeError} If the number is no `unsigned int`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/if_nametoindex.3.html | if_indextoname(3)}
 *
 * @example Usage
 * ```ts
 * import { ifIndextoname, ifNametoindex } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ifIndextoname(ifNametoindex("lo") ?? 0), "lo");
 * assertEquals(ifIndextoname(0), null);
 * ```
 */
export function ifIndextoname(index: number): string | null {
  const name = new Uint8Array(NAME_SIZE);
  if (libc().if_indextoname(within("find an interface", "number", index, 0xffffffff), name) === 0n) return null;
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

/**
 * The number of the network interface that has a name, in the network namespace of the thread. `interfaceIndex()` of
 * `./socket` asks in that of a socket. Permission: `--allow-ffi`.
 *
 * @param name The name, such as `"eth0"`.
 * @returns The number, 1 or more, or `null` if there is no such interface: libc answers 0.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/if_nametoindex.3.html | if_nametoindex(3)}
 *
 * @example Usage
 * ```ts
 * import { ifNametoindex } from "@berkeley/sockets/inet";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert((ifNametoindex("lo") ?? 0) >= 1);
 * assertEquals(ifNametoindex("no such one"), null);
 * ```
 */
export function ifNametoindex(name: string): number | null {
  checkText("find an interface", name);
  if (name.includes("\0")) return null;
  return libc().if_nametoindex(new TextEncoder().encode(`${name}\0`)) || null;
}

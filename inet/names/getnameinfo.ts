import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkSignal } from "../../checks/check_signal.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { lookupNameinfo } from "../../ffi/lookup_netdb.ts";
import { encodeHost } from "../addresses/_encode_host.ts";
import type { NetAddr } from "../addresses/addr.ts";
import { LOOKUP_OPTIONS, lookupError, type LookupOptions, orAborted } from "./lookup.ts";

/** Options of {@linkcode getnameinfo}. */
export interface GetnameinfoOptions extends LookupOptions {
  /**
   * `NI_*` flags, ORed: `NI_NUMERICHOST`, `NI_NUMERICSERV`, `NI_NAMEREQD`, `NI_NOFQDN`, `NI_DGRAM`.
   *
   * @default {0}
   */
  flags?: number;
}

const GETNAMEINFO_OPTIONS: OptionNames<GetnameinfoOptions> = { ...LOOKUP_OPTIONS, flags: true };

/**
 * Looks up the names of an address and a port, off the event loop. Permission: `--allow-ffi`.
 *
 * An address or a port without a name is returned as a number, unless `NI_NAMEREQD` requests an error.
 *
 * @param addr The numeric address.
 * @param options The `NI_*` flags, and a signal.
 * @returns The names of the host and the service.
 * @throws {Error} If there is no answer; its `code` is that of libc, such as `"EAI_NONAME"`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getnameinfo.3.html | getnameinfo(3)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { getnameinfo } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const names = await getnameinfo({ hostname: "::1", port: 80 }, { flags: C.NI_NUMERICHOST | C.NI_NUMERICSERV });
 * assertEquals(names, { host: "::1", service: "80" });
 * ```
 */
export async function getnameinfo(
  addr: Omit<NetAddr, "transport">,
  options: GetnameinfoOptions = {},
): Promise<{ host: string; service: string }> {
  checkArgumentCount("call getnameinfo", arguments.length, "addr", "options");
  options = checkOptions("look up", options, GETNAMEINFO_OPTIONS);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  const names = await orAborted(lookupNameinfo(encodeHost(addr), options.flags ?? 0), options.signal);
  if (typeof names === "number") throw lookupError(addr.hostname, names, "getnameinfo");
  return names;
}

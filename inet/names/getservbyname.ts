import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkSignal } from "../../checks/check_signal.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { lookupServiceByName, lookupServiceByPort, type Servent } from "../../ffi/lookup_netdb.ts";
import { LOOKUP_OPTIONS, type LookupOptions, orAborted } from "./lookup.ts";

/** A service in the system's database, `/etc/services`. */
export type Service = Servent;

/** Options of {@linkcode getservbyname} and {@linkcode getservbyport}. */
export interface GetservOptions extends LookupOptions {
  /** The protocol, `"tcp"` or `"udp"`. Default: any. */
  protocol?: string;
}

const GETSERV_OPTIONS: OptionNames<GetservOptions> = { ...LOOKUP_OPTIONS, protocol: true };

/**
 * Finds a service by its name, off the event loop. Permission: `--allow-ffi`.
 *
 * @param name The official name, or an alias.
 * @param options The protocol, and a signal.
 * @returns The service with its port, or `null` if the system does not know it.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getservbyname.3.html | getservbyname(3)}
 *
 * @example Usage
 * ```ts
 * import { getservbyname } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const http = await getservbyname("http", { protocol: "tcp" });
 * assertEquals(http?.port ?? 80, 80); // a system without /etc/services knows no services
 * ```
 */
export async function getservbyname(name: string, options: GetservOptions = {}): Promise<Service | null> {
  checkArgumentCount("call getservbyname", arguments.length, "name", "options");
  options = checkOptions("look up", options, GETSERV_OPTIONS);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  return await orAborted(lookupServiceByName(name, options.protocol ?? null), options.signal);
}

/**
 * Finds a service by its port, off the event loop. Permission: `--allow-ffi`.
 *
 * @param port The port, in host order.
 * @param options The protocol, and a signal.
 * @returns The service with its names, or `null` if the system does not know it.
 * @throws {RangeError} If the port is not 0 to 65535.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getservbyname.3.html | getservbyport(3)}
 *
 * @example Usage
 * ```ts
 * import { getservbyport } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const domain = await getservbyport(53);
 * assertEquals(domain?.name ?? "domain", "domain"); // a system without /etc/services knows no services
 * ```
 */
export async function getservbyport(port: number, options: GetservOptions = {}): Promise<Service | null> {
  checkArgumentCount("call getservbyport", arguments.length, "port", "options");
  options = checkOptions("look up", options, GETSERV_OPTIONS);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  return await orAborted(lookupServiceByPort(port, options.protocol ?? null), options.signal);
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkSignal } from "../../checks/check_signal.ts";
import { checkText } from "../../checks/check_text.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { C } from "../../ffi/constants.ts";
import { describeError } from "../../ffi/error.ts";
import { type Hostent, lookupHostByAddr, lookupHostByName } from "../../ffi/lookup_netdb.ts";
import { inetNtop } from "../addresses/inet_ntop.ts";
import { parseIpv4 } from "../addresses/parse_ipv4.ts";
import { parseIpv6 } from "../addresses/parse_ipv6.ts";
import { LOOKUP_OPTIONS, type LookupOptions, orAborted } from "./lookup.ts";

/** A host: its names and addresses. */
export interface Host {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The numeric addresses. */
  addresses: string[];
}

/** Options of {@linkcode gethostbyname}. */
export interface GethostbynameOptions extends LookupOptions {
  /**
   * `AF_INET` or `AF_INET6`.
   *
   * @default {AF_INET}
   */
  family?: number;
}

const GETHOSTBYNAME_OPTIONS: OptionNames<GethostbynameOptions> = { ...LOOKUP_OPTIONS, family: true };

/**
 * Finds a host by its name, as gethostbyname(3) does, off the event loop. {@linkcode getaddrinfo} is newer, and looks
 * up both families together. Permission: `--allow-ffi`.
 *
 * @param name The name, or a numeric address.
 * @param options The family, and a signal.
 * @returns The host.
 * @throws {Error} If it is not found; the `code` is that of libc, such as `"HOST_NOT_FOUND"`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/gethostbyname.3.html | gethostbyname(3)}
 *
 * @example Usage
 * ```ts
 * import { gethostbyname } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await gethostbyname("127.0.0.1")).addresses, ["127.0.0.1"]);
 * ```
 */
export async function gethostbyname(name: string, options: GethostbynameOptions = {}): Promise<Host> {
  checkArgumentCount("call gethostbyname", arguments.length, "name", "options");
  options = checkOptions("look up", options, GETHOSTBYNAME_OPTIONS);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  const answer = await orAborted(lookupHostByName(name, options.family ?? C.AF_INET), options.signal);
  return hostOf(answer, name, "gethostbyname");
}

/**
 * Finds a host by one of its addresses, off the event loop. Permission: `--allow-ffi`.
 *
 * @param address The numeric address.
 * @param options A signal.
 * @returns The host.
 * @throws {Error} If it is not found; the `code` is that of libc, such as `"HOST_NOT_FOUND"`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/gethostbyname.3.html | gethostbyaddr(3)}
 *
 * @example Usage
 * ```ts
 * import { gethostbyaddr } from "@berkeley/sockets/inet";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => gethostbyaddr("0.0.0.0"), Error, "HOST_NOT_FOUND");
 * ```
 */
export async function gethostbyaddr(address: string, options: LookupOptions = {}): Promise<Host> {
  checkArgumentCount("call gethostbyaddr", arguments.length, "address", "options");
  options = checkOptions("look up", options, LOOKUP_OPTIONS);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  checkText("look up an address", address);
  const lookup = address.includes(":")
    ? lookupHostByAddr(parseIpv6(address).bytes, C.AF_INET6)
    : lookupHostByAddr(parseIpv4(address), C.AF_INET);
  return hostOf(await orAborted(lookup, options.signal), address, "gethostbyaddr");
}

/** The values of `h_errno` from 1: their names and hstrerror(3) messages. */
const FAILURES = [
  ["HOST_NOT_FOUND", "Unknown host"],
  ["TRY_AGAIN", "Host name lookup failure"],
  ["NO_RECOVERY", "Unknown server error"],
  ["NO_DATA", "No address associated with name"],
] as const;

function hostOf(answer: Hostent | number, asked: string, syscall: string): Host {
  if (typeof answer === "number") {
    const [code, text] = FAILURES[answer - 1] ?? FAILURES[0];
    throw describeError(`Cannot look up ${asked}: ${text} (${code})`, { code, errno: answer, syscall, address: asked });
  }
  const { name, aliases, family, addresses } = answer;
  return { name, aliases, addresses: addresses.map((bytes) => inetNtop(family, bytes)) };
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkSignal } from "../../checks/check_signal.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { type AddrinfoHints, lookupAddrinfo } from "../../ffi/lookup_addrinfo.ts";
import type { NetAddr } from "../addresses/addr.ts";
import { decodeInetSockaddr } from "../addresses/sockaddr.ts";
import { LOOKUP_OPTIONS, lookupError, type LookupOptions, orAborted } from "./lookup.ts";

/** Options of {@linkcode getaddrinfo}: what to look up. */
export interface GetaddrinfoOptions extends AddrinfoHints, LookupOptions {}

const GETADDRINFO_OPTIONS: OptionNames<GetaddrinfoOptions> = {
  ...LOOKUP_OPTIONS,
  family: true,
  flags: true,
  protocol: true,
  type: true,
};

/** One answer of {@linkcode getaddrinfo}, with everything that socket(2) and connect(2) need. */
export interface AddressInfo {
  /** The address family, `AF_INET` or `AF_INET6`. */
  family: number;
  /** The socket type, `SOCK_*`. */
  type: number;
  /** The protocol, `IPPROTO_*`. */
  protocol: number;
  /** The address and port. */
  addr: NetAddr;
  /** The canonical name: with `AI_CANONNAME`, in the first answer. */
  canonicalName?: string;
}

/**
 * Looks up the addresses of a host and the port of a service, off the event loop. Permission: `--allow-ffi`.
 *
 * It lists each address once for each socket type, unless `type` selects one.
 *
 * @param host The host name or numeric address; `null` for this machine: 127.0.0.1 and ::1, or with `AI_PASSIVE` the
 * addresses to listen on.
 * @param service The service name, or the port; `null` for port 0.
 * @param options The `AI_*` flags, the family, type and protocol, and a signal.
 * @returns The answers, in the order in which to try them (RFC 6724).
 * @throws {TypeError} If a name is not a string, or contains a NUL.
 * @throws {RangeError} If the port is not 0 to 65535.
 * @throws {Error} If there is no answer; its `code` is that of libc, such as `"EAI_NONAME"`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getaddrinfo.3.html | getaddrinfo(3)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { getaddrinfo } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const [answer] = await getaddrinfo("127.0.0.1", 80, { type: C.SOCK_STREAM });
 * assertEquals(answer?.addr, { transport: "tcp", hostname: "127.0.0.1", port: 80 });
 * ```
 */
export async function getaddrinfo(
  host: string | null,
  service: string | number | null = null,
  options: GetaddrinfoOptions = {},
): Promise<AddressInfo[]> {
  checkArgumentCount("call getaddrinfo", arguments.length, "host", "service", "options");
  options = checkOptions("look up", options, GETADDRINFO_OPTIONS);
  const { signal, ...hints } = options;
  checkSignal(signal);
  signal?.throwIfAborted();
  // libc would take 65536 as port 0.
  const port = typeof service === "number" ? String(within("look up", "port", service, 0xffff)) : service;
  const answers = await orAborted(lookupAddrinfo(host, port, hints), signal);
  if (typeof answers === "number") {
    throw lookupError([host, service].filter((name) => name !== null).join(":"), answers);
  }
  return answers
    .filter(({ family }) => family === C.AF_INET || family === C.AF_INET6)
    .map(({ sockaddr, ...answer }) => ({
      ...answer,
      addr: decodeInetSockaddr(sockaddr, answer.type === C.SOCK_DGRAM ? "udp" : "tcp"),
    }));
}

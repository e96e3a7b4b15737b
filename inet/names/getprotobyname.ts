import { within } from "../../checks/within.ts";
import { isSystemError } from "../../ffi/error.ts";
import { readText } from "../../ffi/file.ts";

/** A protocol of the system's database, `/etc/protocols`. */
export interface Protocol {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The number, which stands in the header of IP, and which socket(2) takes. */
  number: number;
}

const PATH = "/etc/protocols";
/** Bytes of the file that are read: some ten times those that there are. */
const LIMIT = 65_536;

/**
 * Finds a protocol by its name in `/etc/protocols`, which getprotobyname(3) of glibc reads too; musl's has a list of its
 * own. Permission: `--allow-ffi`.
 *
 * @param name The official name, or another one.
 * @returns The protocol, or `null` if the system knows none.
 * @throws {SystemError} If the file cannot be read, but for want of it.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/protocols.5.html | protocols(5)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { getprotobyname } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const icmp = getprotobyname("icmp");
 * assertEquals(icmp?.number ?? 1, C.IPPROTO_ICMP); // a system without /etc/protocols knows none
 * ```
 */
export function getprotobyname(name: string): Protocol | null {
  return protocols().find((protocol) => protocol.name === name || protocol.aliases.includes(name)) ?? null;
}

/**
 * Finds a protocol by its number, as {@linkcode getprotobyname} does by its name. Permission: `--allow-ffi`.
 *
 * @param number The number, 0 to 65535.
 * @returns The protocol, or `null` if the system knows none.
 * @throws {RangeError} If the number is none that a protocol may have.
 * @throws {SystemError} If the file cannot be read, but for want of it.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getprotoent.3.html | getprotobynumber(3)}
 *
 * @example Usage
 * ```ts
 * import { getprotobynumber } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getprotobynumber(6)?.name ?? "tcp", "tcp"); // a system without /etc/protocols knows none
 * ```
 */
export function getprotobynumber(number: number): Protocol | null {
  within("look up a protocol", "number", number, 0xffff);
  return protocols().find((protocol) => protocol.number === number) ?? null;
}

/** A line is a name, a number and other names; `#` begins a comment. */
function protocols(): Protocol[] {
  return text().split("\n").flatMap((line) => {
    const [name, number, ...aliases] = line.replace(/#.*/, "").split(/[ \t]+/).filter(Boolean);
    if (name === undefined || number === undefined || !/^\d+$/.test(number)) return [];
    return [{ name, aliases, number: Number(number) }];
  });
}

function text(): string {
  try {
    return readText(PATH, LIMIT);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return "";
    throw error;
  }
}

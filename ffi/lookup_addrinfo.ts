import { cString, readCString } from "./_c_string.ts";
import { readPointer } from "./_pointers.ts";
import { C } from "./constants.ts";
import { ForeignMemory } from "./foreign_memory.ts";
import { background, libc } from "./libc.ts";
import { copyMemory } from "./memory.ts";

/** What to look up, as `struct addrinfo` takes it. */
export interface AddrinfoHints {
  /** `AI_*` flags, ORed. */
  flags?: number;
  /** `AF_*`; 0 for any. */
  family?: number;
  /** `SOCK_*`; 0 for any. */
  type?: number;
  /** `IPPROTO_*`; 0 for any. */
  protocol?: number;
}

/** One answer of getaddrinfo(3). */
export interface Addrinfo {
  /** The address family, `AF_*`. */
  family: number;
  /** The socket type, `SOCK_*`. */
  type: number;
  /** The protocol, `IPPROTO_*`. */
  protocol: number;
  /** The address, as sockaddr bytes. */
  sockaddr: Uint8Array;
  /** The canonical name: with `AI_CANONNAME`, in the first answer. */
  canonicalName?: string;
}

/** `sizeof(struct addrinfo)` on 64-bit Linux. */
const ADDRINFO_SIZE = 48;
/** `NI_MAXHOST`: no canonical name is longer. */
const MAX_NAME = 1025;
/** No list is longer: a limit on what is read from foreign memory. */
const MAX_ANSWERS = 4096;

/**
 * Looks up a host and a service, off the event loop. Permission: `--allow-ffi`.
 *
 * ```c
 * struct addrinfo {
 *   int              ai_flags;     //  0
 *   int              ai_family;    //  4
 *   int              ai_socktype;  //  8
 *   int              ai_protocol;  // 12
 *   socklen_t        ai_addrlen;   // 16
 *   struct sockaddr *ai_addr;      // 24
 *   char            *ai_canonname; // 32
 *   struct addrinfo *ai_next;      // 40
 * };
 * ```
 *
 * @param node The host name or numeric address, or `null`.
 * @param service The service name or port, or `null`.
 * @param hints What to look up.
 * @returns The answers in libc's order, or libc's `EAI_*` number, which is negative.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getaddrinfo.3.html | getaddrinfo(3)}
 *
 * @example Usage
 * ```ts
 * import { C, lookupAddrinfo } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * const answers = await lookupAddrinfo("127.0.0.1", "80", { flags: C.AI_NUMERICHOST, type: C.SOCK_STREAM });
 * assert(typeof answers !== "number" && answers[0]?.sockaddr.length === 16);
 * ```
 */
export async function lookupAddrinfo(
  node: string | null,
  service: string | null,
  hints: AddrinfoHints = {},
): Promise<Addrinfo[] | number> {
  const wanted = new Int32Array(ADDRINFO_SIZE / 4);
  wanted.set([hints.flags ?? 0, hints.family ?? 0, hints.type ?? 0, hints.protocol ?? 0]);
  const [name, port] = [cString(node), cString(service)];
  using memory = new ForeignMemory();
  const result = memory.allocate(8);
  const error = await background().getaddrinfo(memory.copy(name), memory.copy(port), memory.copy(wanted), result);
  if (error !== 0) return error;
  const first = readPointer(result);
  try {
    return readList(first);
  } finally {
    libc().freeaddrinfo(first);
  }
}

function readList(first: bigint): Addrinfo[] {
  const answers: Addrinfo[] = [];
  const bytes = new Uint8Array(ADDRINFO_SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = first; at !== 0n && answers.length < MAX_ANSWERS; at = view.getBigUint64(40, true)) {
    copyMemory(bytes, at);
    const sockaddr = new Uint8Array(view.getUint32(16, true));
    copyMemory(sockaddr, view.getBigUint64(24, true));
    const name = view.getBigUint64(32, true);
    answers.push({
      family: view.getInt32(4, true),
      type: view.getInt32(8, true),
      protocol: view.getInt32(12, true),
      sockaddr,
      ...(name === 0n ? {} : { canonicalName: readCString(name, MAX_NAME) }),
    });
  }
  return answers;
}

/**
 * The C name of an `EAI_*` number.
 *
 * @param error The number, negative.
 * @returns The name, or `undefined` for a number that the library does not know.
 *
 * @example Usage
 * ```ts
 * import { eaiName } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eaiName(-2), "EAI_NONAME");
 * ```
 */
export function eaiName(error: number): string | undefined {
  return EAI_NAMES.find((name) => C[name] === error);
}

const EAI_NAMES = [
  "EAI_BADFLAGS",
  "EAI_NONAME",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_FAMILY",
  "EAI_SOCKTYPE",
  "EAI_SERVICE",
  "EAI_ADDRFAMILY",
  "EAI_MEMORY",
  "EAI_SYSTEM",
  "EAI_OVERFLOW",
] as const;

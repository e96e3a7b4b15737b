import { LINUX } from "./linux/linux.ts";
import type { BACKGROUND_SYMBOLS, SYMBOLS } from "./linux/symbols.ts";
import type { Constants } from "./constants.ts";
import { platform } from "./platform.ts";

export type { CONSTANTS_LINUX } from "./linux/constants.ts";
export type { BACKGROUND_SYMBOLS, SYMBOLS } from "./linux/symbols.ts";

/** Sizes and offsets, in bytes, of the C structures that differ between platforms. */
export interface Layout {
  /** Size of `struct epoll_event`. */
  epollEventSize: number;
  /** Offset of its member `data`. */
  epollDataOffset: number;
  /** Size of `struct msghdr`. */
  msghdrSize: number;
  /** Size of `struct iovec`. */
  iovecSize: number;
  /** Size of `struct cmsghdr`: `CMSG_LEN(0)`. */
  cmsghdrSize: number;
  /** The number of the system call statx. */
  statxNumber: bigint;
  /** The flag of open(2) that does not follow a symbolic link. */
  O_NOFOLLOW: number;
  /** The number of the system call getdents64. */
  getdents64Number: bigint;
}

/** What the library knows about an operating system. A second one needs a folder next to `linux/`, and a line below. */
export interface System {
  /** Its name, as in Deno and Node. */
  os: string;
  /** The constants of its C headers. */
  constants: Constants;
  /** Its error numbers: number, C name, message. */
  errors: readonly (readonly [number: number, name: string, message: string])[];
  /** Aliases of error numbers. */
  errorAliases: Readonly<Record<string, number>>;
  /** The layout of its C structures on a processor. */
  layoutOf: (arch: string) => Layout;
  /** The functions of its libc. */
  symbols: typeof SYMBOLS;
  /** The functions that run off the event loop. */
  backgroundSymbols: typeof BACKGROUND_SYMBOLS;
}

const SYSTEMS: readonly System[] = [LINUX];

/**
 * The operating system that this program runs on. On any other, such as macOS or a browser, it is Linux: the codecs
 * work with its numbers, and no socket can be opened.
 */
export const system: System = SYSTEMS.find(({ os }) => os === platform().os) ?? LINUX;

/** The layout of this platform. */
export const layout: Layout = system.layoutOf(platform().arch);

/**
 * Refuses a platform on which no socket can be opened.
 *
 * @throws {Error} If the library has no tables for the operating system or the processor.
 */
export function requireSystem(): void {
  const { os, arch } = platform();
  if (os === system.os && (arch === "x86_64" || arch === "aarch64")) return;
  throw new Error(
    `Cannot open libc: the library opens sockets only on Linux on x86-64 and aarch64: current platform is ${os} ${arch}`,
  );
}

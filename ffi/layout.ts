import { type Platform, platform } from "./platform.ts";

/** Sizes and offsets, in bytes, of the C structures that differ between platforms. */
export interface Layout {
  /** Size of `struct epoll_event`. */
  epollEventSize: number;
  /** Offset of its member `data`. */
  epollDataOffset: number;
}

/**
 * The layout of a platform.
 *
 * ```c
 * struct epoll_event {
 *   uint32_t     events;
 *   epoll_data_t data;    // 8 bytes; the structure is packed on x86-64 only
 * };
 * ```
 *
 * @param on The platform. Default: this one.
 * @returns The layout.
 *
 * @example Usage
 * ```ts
 * import { layoutOf } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(layoutOf({ os: "linux", arch: "x86_64" }).epollEventSize, 12);
 * assertEquals(layoutOf({ os: "linux", arch: "aarch64" }).epollEventSize, 16);
 * ```
 */
export function layoutOf(on: Platform = platform()): Layout {
  return on.arch === "x86_64" ? { epollEventSize: 12, epollDataOffset: 4 } : { epollEventSize: 16, epollDataOffset: 8 };
}

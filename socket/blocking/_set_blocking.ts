import { C } from "../../ffi/constants.ts";
import { check } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { SLICE } from "./_wait.ts";

/**
 * Makes receiving calls block in the kernel, for one slice of time each; or makes them non-blocking again.
 *
 * @returns Whether it now blocks.
 */
export function setBlocking(fd: number, blocks: boolean): boolean {
  // struct timeval { time_t tv_sec; suseconds_t tv_usec; };
  const time = new BigInt64Array([0n, blocks ? BigInt(SLICE * 1000) : 0n]);
  check(libc().setsockopt(fd, C.SOL_SOCKET, C.SO_RCVTIMEO, new Uint8Array(time.buffer), 16), "setsockopt");
  const flags = check(libc().fcntl(fd, C.F_GETFL, 0n), "fcntl");
  const wanted = blocks ? flags & ~C.O_NONBLOCK : flags | C.O_NONBLOCK;
  check(libc().fcntl(fd, C.F_SETFL, BigInt(wanted)), "fcntl");
  return blocks;
}

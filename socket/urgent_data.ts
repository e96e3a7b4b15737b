import { C } from "../ffi/constants.ts";
import { errnoNumber } from "../ffi/errno.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { EAGAIN, EINTR } from "./limits.ts";
import { poll } from "./poll.ts";
import type { Socket } from "./socket.ts";
import type { WaitOptions } from "./wait_options.ts";

const EINVAL = errnoNumber("EINVAL") ?? 22;

/** Waits for the byte of urgent data of a stream; `null` once there will be none. A read past its place discards it. */
export async function receiveUrgent(socket: Socket, options?: WaitOptions): Promise<number | null> {
  const byte = new Uint8Array(1);
  for (let ended = false;;) {
    if (socket.fd < 0) throw libraryError("EBADF", "recv", "Cannot call recv: the socket is closed");
    const n = outcome(libc().recv(socket.fd, byte, 1n, C.MSG_OOB));
    if (n === 1) return byte[0] ?? 0;
    if (n === 0 || (ended && n === -EINVAL)) return null;
    // EINVAL: there is none, or it was taken already; EAGAIN: it is announced, but has not come.
    if (n === -EINVAL || n === -EAGAIN) {
      const [found] = await poll([{ socket, events: ["urgent"] }], options);
      if (found === undefined) throw libraryError("ETIMEDOUT", "recv", "Cannot receive urgent data in time");
      ended = found.hangup && !found.urgent;
    } else if (n !== -EINTR) throw systemError(-n, "recv");
  }
}

/** `SIOCATMARK`: whether the next byte to read is the one behind the urgent data. */
export function atUrgentMark(socket: Socket): boolean {
  const answer = new Int32Array(1);
  check(libc().ioctl(socket.fd, BigInt(C.SIOCATMARK), answer), "ioctl");
  return answer[0] !== 0;
}

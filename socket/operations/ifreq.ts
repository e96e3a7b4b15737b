import { quoted } from "../../checks/quoted.ts";
import { errnoName } from "../../ffi/errno.ts";
import { libraryError, systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";

/** `IFNAMSIZ`, the NUL included: where the union of a `struct ifreq` begins. */
export const IFNAMSIZ = 16;
/** `sizeof(struct ifreq)`. */
export const IFREQ_SIZE = 40;

/**
 * A `struct ifreq` of an interface's name.
 *
 * ```c
 * struct ifreq { char ifr_name[IFNAMSIZ]; union { int ifr_ifindex; … }; };   // 0, 16
 * ```
 *
 * @throws {RangeError} If the name is not 1 to 15 bytes.
 */
export function ifreqOf(name: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(name);
  if (text.length === 0 || text.length >= IFNAMSIZ || text.includes(0)) {
    throw new RangeError(
      `Cannot find an interface as its name must be 1 to 15 bytes: current value is ${quoted(name)}`,
    );
  }
  const request = new Uint8Array(IFREQ_SIZE);
  request.set(text);
  return request;
}

/**
 * ioctl(2) of an interface, which fills the `struct ifreq`.
 *
 * @param about The interface, for errors.
 * @throws {SystemError} If there is no such interface (`ENODEV`), or the kernel refuses.
 */
export function interfaceIoctl(fd: number, number: number, request: Uint8Array, about: string): void {
  if (fd < 0) throw libraryError("EBADF", "ioctl", "Cannot call ioctl: the socket is closed");
  const n = outcome(libc().ioctl(fd, BigInt(number), request));
  if (n >= 0) return;
  if (errnoName(-n) === "ENODEV") {
    throw libraryError(
      "ENODEV",
      "ioctl",
      `Cannot find interface ${about}: there is no interface of that name (ENODEV)`,
    );
  }
  throw systemError(-n, "ioctl", about);
}

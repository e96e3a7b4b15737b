import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { errnoName } from "../ffi/errno.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import type { Socket } from "./socket.ts";

/** `IFNAMSIZ`, the NUL included. */
const NAME_SIZE = 16;
/** `sizeof(struct ifreq)`. */
const IFREQ_SIZE = 40;

/**
 * `SIOCGIFINDEX`: the index of a network interface in the socket's network namespace. if_nametoindex(3) uses the
 * thread's namespace.
 *
 * ```c
 * struct ifreq { char ifr_name[IFNAMSIZ]; union { int ifr_ifindex; … }; };   // 0, 16
 * ```
 *
 * @param socket Any socket.
 * @param name The name of the interface.
 * @returns The index, 1 or more.
 * @throws {RangeError} If the name is not 1 to 15 bytes.
 * @throws {SystemError} If there is no such interface (`ENODEV`).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/netdevice.7.html | netdevice(7)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { interfaceIndex, Socket } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assert(interfaceIndex(socket, "lo") >= 1);
 * ```
 */
export function interfaceIndex(socket: Socket, name: string): number {
  const text = new TextEncoder().encode(name);
  if (text.length === 0 || text.length >= NAME_SIZE || text.includes(0)) {
    throw new RangeError(
      `Cannot find an interface as its name must be 1 to 15 bytes: current value is ${quoted(name)}`,
    );
  }
  const request = new Uint8Array(IFREQ_SIZE);
  request.set(text);
  const n = outcome(libc().ioctl(socket.fd, BigInt(C.SIOCGIFINDEX), request));
  if (n < 0 && errnoName(-n) === "ENODEV") {
    throw libraryError("ENODEV", "ioctl", `Cannot find interface ${name}: there is no interface of that name (ENODEV)`);
  }
  if (n < 0) throw systemError(-n, "ioctl", name);
  return new DataView(request.buffer).getInt32(NAME_SIZE, HOST_LITTLE_ENDIAN);
}

import { INT_MAX, within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { IFNAMSIZ, IFREQ_SIZE, interfaceIoctl } from "./operations/ifreq.ts";
import type { Socket } from "./socket.ts";

/**
 * `SIOCGIFNAME`: the name of the network interface that has a number, in the socket's own network namespace.
 * if_indextoname(3) asks the thread's.
 *
 * @param socket Any socket.
 * @param index The number.
 * @returns The name.
 * @throws {RangeError} If the number is no `int` of 0 or more.
 * @throws {SystemError} If there is none (`ENODEV`), or the socket is closed (`EBADF`).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/netdevice.7.html | netdevice(7)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { interfaceIndex, interfaceName, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assertEquals(interfaceName(socket, interfaceIndex(socket, "lo")), "lo");
 * ```
 */
export function interfaceName(socket: Socket, index: number): string {
  const request = new Uint8Array(IFREQ_SIZE);
  new DataView(request.buffer).setInt32(
    IFNAMSIZ,
    within("find an interface", "number", index, INT_MAX),
    HOST_LITTLE_ENDIAN,
  );
  interfaceIoctl(socket.fd, C.SIOCGIFNAME, request, `number ${index}`);
  return new TextDecoder().decode(request.subarray(0, request.indexOf(0)));
}

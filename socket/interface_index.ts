import { readInterface, SIOCGIFINDEX } from "./interface_request.ts";
import type { Descriptor } from "./descriptor.ts";

/**
 * `SIOCGIFINDEX`: the index of a network interface in the socket's network namespace. if_nametoindex(3) uses the
 * thread's namespace.
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
export function interfaceIndex(socket: Descriptor, name: string): number {
  return readInterface(socket, name, SIOCGIFINDEX);
}

import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { socketIn } from "../checks/check_socket.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_PEERSEC } from "../socket/socket_options.ts";
import { OwnedFd } from "./owned_fd.ts";

/** The ids of a process. */
export interface Credentials {
  /** Process id; 0 for a process that is not in this pid namespace. */
  pid: number;
  /** User id. */
  uid: number;
  /** Group id. */
  gid: number;
}

/** `sizeof(struct ucred)`. */
export const UCRED_SIZE = 12;

/**
 * Encodes credentials for a control message of type `SCM_CREDENTIALS`. No permission is needed.
 *
 * ```c
 * struct ucred { pid_t pid; uid_t uid; gid_t gid; };
 * ```
 *
 * @param credentials The credentials.
 * @returns The 12 bytes.
 * @throws {RangeError} If an id is not an unsigned 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { decodeCredentials, encodeCredentials } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const credentials = { pid: 1, uid: 1000, gid: 100 };
 * assertEquals(decodeCredentials(encodeCredentials(credentials)), credentials);
 * ```
 */
export function encodeCredentials(credentials: Credentials): Uint8Array<ArrayBuffer> {
  checkObject("encode credentials", "the value", credentials);
  const bytes = new Uint8Array(UCRED_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, name] of (["pid", "uid", "gid"] as const).entries()) {
    view.setUint32(i * 4, within("encode credentials", name, credentials[name], 0xffffffff), true);
  }
  return bytes;
}

/**
 * Decodes a `struct ucred`. No permission is needed.
 *
 * @param bytes The structure.
 * @returns The credentials.
 * @throws {RangeError} If there are fewer than 12 bytes.
 *
 * @example Usage
 * ```ts
 * import { decodeCredentials } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeCredentials(new Uint8Array(12)), { pid: 0, uid: 0, gid: 0 });
 * ```
 */
export function decodeCredentials(bytes: Uint8Array): Credentials {
  checkBytes(bytes);
  if (bytes.length < UCRED_SIZE) {
    throw new RangeError(`Cannot decode ucred as it is ${UCRED_SIZE} bytes: current length is ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { pid: view.getInt32(0, true), uid: view.getUint32(4, true), gid: view.getUint32(8, true) };
}

/**
 * `SO_PEERCRED`: the ids of the process at the other end, at the time it connected, listened or created the pair. They
 * come from the kernel and cannot be forged.
 *
 * @param conn The connection.
 * @returns The credentials.
 * @throws {SystemError} If the socket is closed (`EBADF`).
 *
 * @example Usage
 * ```ts
 * import { peerCredentials, socketPair } from "@berkeley/sockets/unix";
 * import { assert } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * assert(peerCredentials(left).pid > 0); // this process itself
 * left.close();
 * right.close();
 * ```
 */
export function peerCredentials(conn: { readonly socket: Socket }): Credentials {
  return decodeCredentials(socketIn("read credentials", conn).getOptionBytes(C.SOL_SOCKET, C.SO_PEERCRED, UCRED_SIZE));
}

/**
 * `SO_PEERSEC`: the security context of the process at the other end, on systems with SELinux, Smack or AppArmor.
 *
 * @param conn The connection.
 * @returns The context, as text.
 * @throws {SystemError} If the system has no security contexts (`ENOPROTOOPT`).
 *
 * @example Usage
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { peerSecurityContext, socketPair } from "@berkeley/sockets/unix";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * try {
 *   assertEquals(typeof peerSecurityContext(left), "string");
 * } catch (error) {
 *   assert(isSystemError(error, "ENOPROTOOPT"));
 * }
 * left.close();
 * right.close();
 * ```
 */
export function peerSecurityContext(conn: { readonly socket: Socket }): string {
  return socketIn("read a security context", conn).get(SO_PEERSEC);
}

/**
 * `SO_PEERPIDFD`: a descriptor for the process at the other end, and never for another process that reuses its number.
 * It becomes readable when the process ends. Since Linux 6.5.
 *
 * @param conn The connection.
 * @returns The descriptor, owned.
 * @throws {SystemError} If the kernel is older (`ENOPROTOOPT`), or the process has ended (`ESRCH`, `EINVAL`).
 *
 * @see {@link https://man7.org/linux/man-pages/man2/pidfd_open.2.html | pidfd_open(2)}
 *
 * @example Usage
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { peerPidfd, socketPair } from "@berkeley/sockets/unix";
 * import { assert } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * try {
 *   using pidfd = peerPidfd(left);
 *   assert(pidfd.fd >= 0);
 * } catch (error) {
 *   assert(isSystemError(error, "ENOPROTOOPT")); // Linux before 6.5
 * }
 * left.close();
 * right.close();
 * ```
 */
export function peerPidfd(conn: { readonly socket: Socket }): OwnedFd {
  return new OwnedFd(socketIn("open a pidfd", conn).getOption(C.SOL_SOCKET, C.SO_PEERPIDFD));
}

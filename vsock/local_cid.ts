import { C } from "../ffi/constants.ts";
import { check } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/**
 * `IOCTL_VM_SOCKETS_GET_LOCAL_CID`: the context id of this machine, as its host or its guests know it. It reads
 * `/dev/vsock`. Permission: `--allow-ffi`.
 *
 * @returns The CID; `VMADDR_CID_ANY` (4294967295) or `VMADDR_CID_LOCAL` (1) if there is neither host nor guest.
 * @throws {SystemError} If the kernel has no vsock (`ENOENT`), or forbids it (`EACCES`).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/vsock.7.html | vsock(7)}
 *
 * @example Usage
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { localCid } from "@berkeley/sockets/vsock";
 * import { assert } from "@std/assert";
 *
 * try {
 *   assert(localCid() >= 1);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // no /dev/vsock
 * }
 * ```
 */
export function localCid(): number {
  const path = new TextEncoder().encode("/dev/vsock\0");
  const fd = check(libc().open(path, C.O_RDONLY | C.O_CLOEXEC), "open", "/dev/vsock");
  try {
    const cid = new Uint8Array(4);
    check(libc().ioctl(fd, BigInt(C.IOCTL_VM_SOCKETS_GET_LOCAL_CID), cid), "ioctl", "/dev/vsock");
    return new DataView(cid.buffer).getUint32(0, HOST_LITTLE_ENDIAN);
  } finally {
    check(libc().close(fd), "close");
  }
}

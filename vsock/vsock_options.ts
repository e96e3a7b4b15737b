import { within } from "../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { booleanOption, defineOption, type SocketOption } from "../socket/option.ts";

// The options of vsock sockets, sorted by C name. See vsock(7).

/** The size of the receive buffer, in bytes; the kernel clamps it to the two limits. */
export const SO_VM_SOCKETS_BUFFER_SIZE: SocketOption<number> = sizeOption("SO_VM_SOCKETS_BUFFER_SIZE");
/** The upper limit of {@linkcode SO_VM_SOCKETS_BUFFER_SIZE}. */
export const SO_VM_SOCKETS_BUFFER_MAX_SIZE: SocketOption<number> = sizeOption("SO_VM_SOCKETS_BUFFER_MAX_SIZE");
/** The lower limit of {@linkcode SO_VM_SOCKETS_BUFFER_SIZE}. */
export const SO_VM_SOCKETS_BUFFER_MIN_SIZE: SocketOption<number> = sizeOption("SO_VM_SOCKETS_BUFFER_MIN_SIZE");
/** Milliseconds until connect(2) gives up. Default: 2000. */
export const SO_VM_SOCKETS_CONNECT_TIMEOUT: SocketOption<number> = defineOption(
  "AF_VSOCK",
  "SO_VM_SOCKETS_CONNECT_TIMEOUT",
  16,
  (milliseconds) => {
    // struct timeval { long tv_sec; long tv_usec; };
    within("set SO_VM_SOCKETS_CONNECT_TIMEOUT", "time", milliseconds, 0x7fffffff);
    const view = new DataView(new ArrayBuffer(16));
    view.setBigInt64(0, BigInt(Math.floor(milliseconds / 1000)), HOST_LITTLE_ENDIAN);
    view.setBigInt64(8, BigInt(milliseconds % 1000 * 1000), HOST_LITTLE_ENDIAN);
    return new Uint8Array(view.buffer);
  },
  (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Number(view.getBigInt64(0, HOST_LITTLE_ENDIAN)) * 1000 +
      Number(view.getBigInt64(8, HOST_LITTLE_ENDIAN)) / 1000;
  },
);
/** Whether the other end is trusted (only VMCI). */
export const SO_VM_SOCKETS_TRUSTED: SocketOption<boolean> = booleanOption("AF_VSOCK", "SO_VM_SOCKETS_TRUSTED");

function sizeOption(
  name: "SO_VM_SOCKETS_BUFFER_SIZE" | "SO_VM_SOCKETS_BUFFER_MAX_SIZE" | "SO_VM_SOCKETS_BUFFER_MIN_SIZE",
): SocketOption<number> {
  const encode = (size: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(within(`set ${name}`, "size", size, Number.MAX_SAFE_INTEGER)), HOST_LITTLE_ENDIAN);
    return new Uint8Array(view.buffer);
  };
  return defineOption(
    "AF_VSOCK",
    name,
    8,
    encode,
    (bytes) => Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, HOST_LITTLE_ENDIAN)),
  );
}

import { checkBytes } from "../checks/check_bytes.ts";
import { checkTransport } from "../checks/check_transport.ts";
import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";

/** The address of a vsock socket. */
export interface VsockAddr {
  /** As `Deno.VsockAddr` has it. */
  transport: "vsock";
  /** The context id of a machine: `VMADDR_CID_HOST` (2), `VMADDR_CID_LOCAL` (1) for this one, or a guest's. */
  cid: number;
  /** The port, 32 bits. Ports below 1024 are for root. */
  port: number;
}

/** The names of the fields of {@linkcode VsockAddr}. */
export const VSOCK_ADDR: OptionNames<VsockAddr> = { cid: true, port: true, transport: true };

/** An address to bind or connect to. */
export interface VsockDestination {
  /**
   * The CID of a machine.
   *
   * @default {VMADDR_CID_ANY}
   */
  cid?: number;
  /** The port. Default: `VMADDR_PORT_ANY`, one that the kernel chooses when binding. */
  port?: number;
  /** `"vsock"`, as addresses have it, so that one can be given as it is. */
  transport?: VsockAddr["transport"];
}

const ENCODE = "encode sockaddr_vm";
/** `sizeof(struct sockaddr_vm)`. */
const SIZE = 16;

/**
 * Encodes an address as a `struct sockaddr_vm`. No permission is needed.
 *
 * ```c
 * struct sockaddr_vm {
 *   unsigned short svm_family;     //  0
 *   unsigned short svm_reserved1;  //  2
 *   unsigned int   svm_port;       //  4, in host order
 *   unsigned int   svm_cid;        //  8, in host order
 *   unsigned char  svm_flags;      // 12
 *   unsigned char  svm_zero[3];    // 13
 * };
 * ```
 *
 * @param addr The address. Without a CID it is `VMADDR_CID_ANY`, without a port `VMADDR_PORT_ANY`.
 * @returns The 16 bytes.
 * @throws {TypeError} If the address has an unknown field, or a transport other than `"vsock"`.
 * @throws {RangeError} If a number is not 0 to 4294967295.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/vsock.7.html | vsock(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrVm, encodeSockaddrVm } from "@berkeley/sockets/vsock";
 * import { assertEquals } from "@std/assert";
 *
 * const addr = { transport: "vsock", cid: 2, port: 5000 } as const;
 * assertEquals(decodeSockaddrVm(encodeSockaddrVm(addr)), addr);
 * ```
 */
export function encodeSockaddrVm(addr: VsockDestination): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_vm", addr, VSOCK_ADDR);
  const { cid = C.VMADDR_CID_ANY, port = C.VMADDR_PORT_ANY } = addr;
  checkTransport(ENCODE, addr.transport, "vsock");
  const view = new DataView(new ArrayBuffer(SIZE));
  view.setUint16(0, C.AF_VSOCK, HOST_LITTLE_ENDIAN);
  view.setUint32(4, within(ENCODE, "port", port, 0xffffffff), HOST_LITTLE_ENDIAN);
  view.setUint32(8, within(ENCODE, "CID", cid, 0xffffffff), HOST_LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/**
 * Decodes a `struct sockaddr_vm`. No permission is needed.
 *
 * @param bytes The structure.
 * @returns The address.
 * @throws {RangeError} If it is shorter than 16 bytes, or of another family.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/vsock.7.html | vsock(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrVm, encodeSockaddrVm } from "@berkeley/sockets/vsock";
 * import { assertEquals } from "@std/assert";
 *
 * const anyMachine = { transport: "vsock", cid: 0xffffffff, port: 80 } as const;
 * assertEquals(decodeSockaddrVm(encodeSockaddrVm({ port: 80 })), anyMachine);
 * ```
 */
export function decodeSockaddrVm(bytes: Uint8Array): VsockAddr {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < SIZE || view.getUint16(0, HOST_LITTLE_ENDIAN) !== C.AF_VSOCK) {
    throw new RangeError(
      `Cannot decode sockaddr_vm as it must be ${SIZE} bytes of AF_VSOCK: current length is ${bytes.length}`,
    );
  }
  return {
    transport: "vsock",
    cid: view.getUint32(8, HOST_LITTLE_ENDIAN),
    port: view.getUint32(4, HOST_LITTLE_ENDIAN),
  };
}

/** The codec for vsock addresses. */
export const vsockAddrCodec: AddrCodec<VsockAddr, VsockDestination> = {
  encode: encodeSockaddrVm,
  decode: decodeSockaddrVm,
  format: ({ cid, port }) => `vsock:${anyOr(cid)}:${anyOr(port)}`,
};

function anyOr(number: number | undefined): string {
  return number === undefined || number === C.VMADDR_CID_ANY ? "*" : String(number);
}

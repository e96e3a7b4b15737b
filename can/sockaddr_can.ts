import { checkBytes } from "../checks/check_bytes.ts";
import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** The address of a CAN socket (`struct sockaddr_can`). */
export interface CanAddr {
  /** The index of the interface; 0 for all. */
  interfaceIndex: number;
  /** For ISO-TP: the identifiers to receive and to send, with `CAN_EFF_FLAG` if they have 29 bits. */
  isotp?: { rxId: number; txId: number };
  /** For J1939: a name of 64 bits, 0 for none; a parameter group, 18 bits; an address, 0xff for none or all. */
  j1939?: { name: bigint; pgn: number; address: number };
}

const CAN_ADDR: OptionNames<CanAddr> = { interfaceIndex: true, isotp: true, j1939: true };
const ISOTP: OptionNames<NonNullable<CanAddr["isotp"]>> = { rxId: true, txId: true };
const J1939: OptionNames<NonNullable<CanAddr["j1939"]>> = { name: true, pgn: true, address: true };
const ENCODE = "encode sockaddr_can";
/** `sizeof(struct sockaddr_can)`. */
const SIZE = 24;

/**
 * Encodes the address of a CAN socket as a `struct sockaddr_can`. No permission is needed.
 *
 * ```c
 * struct sockaddr_can {
 *   __kernel_sa_family_t can_family;                                   //  0
 *   int                  can_ifindex;                                  //  4
 *   union {
 *     struct { canid_t rx_id, tx_id; } tp;                             //  8, 12
 *     struct { __u64 name; __u32 pgn; __u8 addr; } j1939;              //  8, 16, 20
 *   } can_addr;
 * };
 * ```
 *
 * @param addr The address.
 * @returns The 24 bytes.
 * @throws {TypeError} If the address has an unknown field.
 * @throws {RangeError} If a number does not fit its field.
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrCan, encodeSockaddrCan } from "@berkeley/sockets/can";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeSockaddrCan(encodeSockaddrCan({ interfaceIndex: 3 })).interfaceIndex, 3);
 * ```
 */
export function encodeSockaddrCan(addr: CanAddr): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_can", addr, CAN_ADDR);
  const view = new DataView(new ArrayBuffer(SIZE));
  view.setUint16(0, C.AF_CAN, HOST_LITTLE_ENDIAN);
  view.setInt32(4, within(ENCODE, "interface index", addr.interfaceIndex, 0x7fffffff), HOST_LITTLE_ENDIAN);
  if (addr.isotp !== undefined) {
    checkAddress("sockaddr_can", addr.isotp, ISOTP);
    view.setUint32(8, within(ENCODE, "identifier to receive", addr.isotp.rxId, 0xffffffff), HOST_LITTLE_ENDIAN);
    view.setUint32(12, within(ENCODE, "identifier to send", addr.isotp.txId, 0xffffffff), HOST_LITTLE_ENDIAN);
  }
  if (addr.j1939 !== undefined) {
    checkAddress("sockaddr_can", addr.j1939, J1939);
    const { name, pgn, address } = addr.j1939;
    if (typeof name !== "bigint" || BigInt.asUintN(64, name) !== name) {
      throw new RangeError(`Cannot ${ENCODE} as the name must be a bigint of 64 bits: current value is ${name}`);
    }
    view.setBigUint64(8, name, HOST_LITTLE_ENDIAN);
    view.setUint32(16, within(ENCODE, "PGN", pgn, C.J1939_NO_PGN), HOST_LITTLE_ENDIAN);
    view.setUint8(20, within(ENCODE, "address", address, 0xff));
  }
  return new Uint8Array(view.buffer);
}

/**
 * Decodes a `struct sockaddr_can`. No permission is needed.
 *
 * @param bytes The structure; the kernel cuts off what the protocol does not need.
 * @returns The address; its bytes, if present, are decoded both as ISO-TP and as J1939.
 * @throws {RangeError} If it is shorter than 8 bytes, or of another family.
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrCan, encodeSockaddrCan } from "@berkeley/sockets/can";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddrCan({ interfaceIndex: 1, isotp: { rxId: 0x7e8, txId: 0x7e0 } });
 * assertEquals(decodeSockaddrCan(bytes).isotp, { rxId: 0x7e8, txId: 0x7e0 });
 * ```
 */
export function decodeSockaddrCan(bytes: Uint8Array): CanAddr {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint16(0, HOST_LITTLE_ENDIAN) !== C.AF_CAN) {
    throw new RangeError(
      `Cannot decode sockaddr_can as it must be 8 bytes of AF_CAN: current length is ${bytes.length}`,
    );
  }
  const interfaceIndex = view.getInt32(4, HOST_LITTLE_ENDIAN);
  if (bytes.length < 16) return { interfaceIndex };
  const isotp = { rxId: view.getUint32(8, HOST_LITTLE_ENDIAN), txId: view.getUint32(12, HOST_LITTLE_ENDIAN) };
  if (bytes.length < 21) return { interfaceIndex, isotp };
  const pgn = view.getUint32(16, HOST_LITTLE_ENDIAN);
  return {
    interfaceIndex,
    isotp,
    j1939: { name: view.getBigUint64(8, HOST_LITTLE_ENDIAN), pgn, address: view.getUint8(20) },
  };
}

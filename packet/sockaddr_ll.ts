import { checkBytes } from "../checks/check_bytes.ts";
import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { formatHardwareAddress, parseHardwareAddress } from "./_hardware_address.ts";

/** Who a received packet is for, as the kernel classifies it. */
export type PacketType = "host" | "broadcast" | "multicast" | "otherhost" | "outgoing" | "loopback";

/** The link-layer address of a packet (`struct sockaddr_ll`). */
export interface PacketAddr {
  /** The protocol inside, such as `ETH_P_IP`, in host order. */
  protocol: number;
  /** The index of the interface; 0 for any, -1 if the socket's interface is gone. */
  interfaceIndex: number;
  /** The hardware address, such as `"02:fc:00:00:00:01"`; `""` if it has none. */
  hardwareAddress: string;
  /** The kind of the link, `ARPHRD_*`: 1 is Ethernet, 772 loopback. */
  hardwareType: number;
  /** Who the packet is for. */
  packetType: PacketType;
}

const PACKET_ADDR: OptionNames<PacketAddr> = {
  hardwareAddress: true,
  hardwareType: true,
  interfaceIndex: true,
  packetType: true,
  protocol: true,
};
const ENCODE = "encode sockaddr_ll";
/** `sizeof(struct sockaddr_ll)`. */
const SIZE = 20;
/** The values of `sll_pkttype`, from `PACKET_HOST` on. */
const PACKET_TYPES: PacketType[] = ["host", "broadcast", "multicast", "otherhost", "outgoing", "loopback"];

/**
 * Encodes the address of a packet as a `struct sockaddr_ll`. No permission is needed.
 *
 * ```c
 * struct sockaddr_ll {
 *   unsigned short sll_family;    //  0
 *   __be16         sll_protocol;  //  2, in network order
 *   int            sll_ifindex;   //  4
 *   unsigned short sll_hatype;    //  8
 *   unsigned char  sll_pkttype;   // 10
 *   unsigned char  sll_halen;     // 11
 *   unsigned char  sll_addr[8];   // 12
 * };
 * ```
 *
 * @param addr The address; omitted fields are 0.
 * @returns The 20 bytes.
 * @throws {TypeError} If the address has an unknown field.
 * @throws {SyntaxError} If the hardware address is not 1 to 8 pairs of hexadecimal digits, separated by colons.
 * @throws {RangeError} If a number does not fit its field, or the packet type is unknown.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/packet.7.html | packet(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrLl, encodeSockaddrLl } from "@berkeley/sockets/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddrLl({ interfaceIndex: 2, hardwareAddress: "02:fc:00:00:00:01" });
 * assertEquals(decodeSockaddrLl(bytes).hardwareAddress, "02:fc:00:00:00:01");
 * ```
 */
export function encodeSockaddrLl(addr: Partial<PacketAddr>): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_ll", addr, PACKET_ADDR);
  const { protocol = 0, interfaceIndex = 0, hardwareAddress = "", hardwareType = 0, packetType = "host" } = addr;
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, C.AF_PACKET, HOST_LITTLE_ENDIAN);
  view.setUint16(2, within(ENCODE, "protocol", protocol, 0xffff));
  view.setInt32(4, within(ENCODE, "interface index", interfaceIndex, 0x7fffffff), HOST_LITTLE_ENDIAN);
  view.setUint16(8, within(ENCODE, "hardware type", hardwareType, 0xffff), HOST_LITTLE_ENDIAN);
  const type = PACKET_TYPES.indexOf(packetType);
  if (type < 0) {
    const types = PACKET_TYPES.join(", ");
    throw new RangeError(`Cannot ${ENCODE} as the packet type must be one of ${types}: current value is ${packetType}`);
  }
  bytes[10] = type;
  const hardware = parseHardwareAddress(hardwareAddress);
  bytes[11] = hardware.length;
  bytes.set(hardware, 12);
  return bytes;
}

/**
 * Decodes a `struct sockaddr_ll`. No permission is needed.
 *
 * @param bytes The structure; the kernel may cut off the end of `sll_addr`.
 * @returns The address.
 * @throws {RangeError} If it is shorter than 12 bytes, or of another family.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/packet.7.html | packet(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrLl, encodeSockaddrLl } from "@berkeley/sockets/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeSockaddrLl(encodeSockaddrLl({ protocol: 0x0800 })).protocol, 0x0800);
 * ```
 */
export function decodeSockaddrLl(bytes: Uint8Array): PacketAddr {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint16(0, HOST_LITTLE_ENDIAN) !== C.AF_PACKET) {
    throw new RangeError(
      `Cannot decode sockaddr_ll as it must be 12 bytes of AF_PACKET: current length is ${bytes.length}`,
    );
  }
  return {
    protocol: view.getUint16(2),
    interfaceIndex: view.getInt32(4, HOST_LITTLE_ENDIAN),
    hardwareAddress: formatHardwareAddress(bytes.subarray(12, 12 + Math.min(view.getUint8(11), 8))),
    hardwareType: view.getUint16(8, HOST_LITTLE_ENDIAN),
    packetType: PACKET_TYPES[view.getUint8(10)] ?? "host",
  };
}

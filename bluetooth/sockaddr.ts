import { checkBytes } from "../checks/check_bytes.ts";
import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";

/** Which kind of address a device has: that of BR/EDR, or a public or random one of Low Energy. */
export type BluetoothAddressType = "bredr" | "public" | "random";

/** An address of L2CAP. */
export interface L2capAddr {
  /** The device, such as `"00:1A:7D:DA:71:13"`; `"00:00:00:00:00:00"` is any of this machine. */
  address: string;
  /** The protocol/service multiplexer: odd, 0x1001 and above for own ones; on Low Energy up to 0xff. */
  psm?: number;
  /** A fixed channel, instead of a PSM: 4 is ATT. */
  cid?: number;
  /**
   * The kind of the device's address.
   *
   * @default {"bredr"}
   */
  addressType?: BluetoothAddressType;
}

/** An address of RFCOMM. */
export interface RfcommAddr {
  /** The device. */
  address: string;
  /** The channel, 1 to 30; 0 lets the kernel choose one to listen on. */
  channel: number;
}

/** An address of SCO. */
export interface ScoAddr {
  /** The device. */
  address: string;
}

/** An address of HCI. */
export interface HciAddr {
  /** The number of the controller, as in `hci0`; 0xffff for none. */
  device: number;
  /** `HCI_CHANNEL_RAW`, `HCI_CHANNEL_USER`, `HCI_CHANNEL_MONITOR` or `HCI_CHANNEL_CONTROL`. */
  channel: number;
}

/** The names of the fields of {@linkcode L2capAddr}. */
export const L2CAP_ADDR: OptionNames<L2capAddr> = { address: true, psm: true, cid: true, addressType: true };
/** The names of the fields of {@linkcode RfcommAddr}. */
export const RFCOMM_ADDR: OptionNames<RfcommAddr> = { address: true, channel: true };
/** The names of the fields of {@linkcode ScoAddr}. */
export const SCO_ADDR: OptionNames<ScoAddr> = { address: true };
const HCI_ADDR: OptionNames<HciAddr> = { channel: true, device: true };

const TYPES: BluetoothAddressType[] = ["bredr", "public", "random"];
/** `BDADDR_ANY`. */
const ANY = "00:00:00:00:00:00";

/** The codec for L2CAP's addresses.
 *
 * ```c
 * struct sockaddr_l2 {
 *   sa_family_t    l2_family;       //  0
 *   unsigned short l2_psm;          //  2, little-endian
 *   bdaddr_t       l2_bdaddr;       //  4, the last byte of the text first
 *   unsigned short l2_cid;          // 10, little-endian
 *   uint8_t        l2_bdaddr_type;  // 12
 * };                                // 14 bytes
 * ```
 */
export const l2capAddrCodec: AddrCodec<L2capAddr> = {
  encode: (addr) => {
    checkAddress("sockaddr_l2", addr, L2CAP_ADDR);
    const { address, psm = 0, cid = 0, addressType = "bredr" } = addr;
    const [bytes, view] = structure(14);
    view.setUint16(2, within("encode sockaddr_l2", "PSM", psm, 0xffff), true);
    bytes.set(parseAddress(address), 4);
    view.setUint16(10, within("encode sockaddr_l2", "CID", cid, 0xffff), true);
    const type = TYPES.indexOf(addressType);
    if (type < 0) throw new TypeError(`Cannot encode sockaddr_l2: the address type is one of ${TYPES.join(", ")}`);
    view.setUint8(12, type);
    return bytes;
  },
  decode: (sockaddr) => {
    const view = checked("sockaddr_l2", sockaddr, 13);
    return {
      address: formatAddress(sockaddr.subarray(4, 10)),
      psm: view.getUint16(2, true),
      cid: view.getUint16(10, true),
      addressType: TYPES[view.getUint8(12)] ?? "bredr",
    };
  },
  format: ({ address, psm, cid }) => `l2cap:${address}:${cid === undefined || psm !== undefined ? psm : `cid ${cid}`}`,
};

/** The codec for RFCOMM's addresses.
 *
 * ```c
 * struct sockaddr_rc { sa_family_t rc_family; bdaddr_t rc_bdaddr; uint8_t rc_channel; };  // 0, 2, 8; 10 bytes
 * ```
 */
export const rfcommAddrCodec: AddrCodec<RfcommAddr> = {
  encode: (addr) => {
    checkAddress("sockaddr_rc", addr, RFCOMM_ADDR);
    const { address, channel } = addr;
    const [bytes, view] = structure(10);
    bytes.set(parseAddress(address), 2);
    view.setUint8(8, within("encode sockaddr_rc", "channel", channel, 30));
    return bytes;
  },
  decode: (sockaddr) => {
    const view = checked("sockaddr_rc", sockaddr, 9);
    return { address: formatAddress(sockaddr.subarray(2, 8)), channel: view.getUint8(8) };
  },
  format: ({ address, channel }) => `rfcomm:${address}:${channel}`,
};

/** The codec for SCO's addresses.
 *
 * ```c
 * struct sockaddr_sco { sa_family_t sco_family; bdaddr_t sco_bdaddr; };  // 0, 2; 8 bytes
 * ```
 */
export const scoAddrCodec: AddrCodec<ScoAddr> = {
  encode: (addr) => {
    checkAddress("sockaddr_sco", addr, SCO_ADDR);
    const [bytes] = structure(8);
    bytes.set(parseAddress(addr.address), 2);
    return bytes;
  },
  decode: (sockaddr) => {
    checked("sockaddr_sco", sockaddr, 8);
    return { address: formatAddress(sockaddr.subarray(2, 8)) };
  },
  format: ({ address }) => `sco:${address}`,
};

/**
 * Encodes an address of HCI as a `struct sockaddr_hci`. No permission is needed.
 *
 * ```c
 * struct sockaddr_hci { sa_family_t hci_family; unsigned short hci_dev; unsigned short hci_channel; };  // 0, 2, 4
 * ```
 *
 * @param addr The address.
 * @returns The 6 bytes.
 * @throws {TypeError} If the address has an unknown field.
 * @throws {RangeError} If a number does not fit its field.
 *
 * @example Usage
 * ```ts
 * import { encodeSockaddrHci } from "@berkeley/sockets/bluetooth";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeSockaddrHci({ device: 1, channel: 0 }).length, 6);
 * ```
 */
export function encodeSockaddrHci(addr: HciAddr): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_hci", addr, HCI_ADDR);
  const { device, channel } = addr;
  const [bytes, view] = structure(6);
  view.setUint16(2, within("encode sockaddr_hci", "device", device, 0xffff), HOST_LITTLE_ENDIAN);
  view.setUint16(4, within("encode sockaddr_hci", "channel", channel, 0xffff), HOST_LITTLE_ENDIAN);
  return bytes;
}

/** The address of any device of this machine, unless one is given. */
export function addressOr(address: string | undefined): string {
  return address ?? ANY;
}

function structure(size: number): [Uint8Array<ArrayBuffer>, DataView] {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint16(0, C.AF_BLUETOOTH, HOST_LITTLE_ENDIAN);
  return [new Uint8Array(view.buffer), view];
}

function checked(name: string, bytes: Uint8Array, size: number): DataView {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < size || view.getUint16(0, HOST_LITTLE_ENDIAN) !== C.AF_BLUETOOTH) {
    throw new RangeError(
      `Cannot decode ${name} as it must be ${size} bytes of AF_BLUETOOTH: current length is ${bytes.length}`,
    );
  }
  return view;
}

/** `bdaddr_t`: the last byte of the text comes first. */
function parseAddress(text: string): number[] {
  if (typeof text !== "string" || !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) {
    throw new SyntaxError(`Cannot parse an address of Bluetooth: current value is ${quoted(text)}`);
  }
  return text.split(":").map((part) => parseInt(part, 16)).reverse();
}

function formatAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).reverse().join(":");
}

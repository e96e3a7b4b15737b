import { checkObject } from "../checks/check_object.ts";
import { listOf } from "../checks/list_of.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  defineOption,
  intOption,
  type SocketOption,
  type WritableOption,
  writableOption,
} from "../socket/option.ts";

/** Which frames a socket receives: those whose identifier is `id` in the bits of `mask`, or is not if `inverted`. */
export interface CanFilter {
  /** The identifier, with `CAN_EFF_FLAG` and `CAN_RTR_FLAG` if they matter. */
  id: number;
  /** The bits to compare. */
  mask: number;
  /**
   * Matches all other frames instead.
   *
   * @default {false}
   */
  inverted?: boolean;
}

/** Which messages a J1939 socket receives: those that agree in the bits of the masks. */
export interface J1939Filter {
  /** The sender's name, and the bits of it to compare. Default: any. */
  name?: { value: bigint; mask: bigint };
  /** The parameter group, and the bits of it to compare. Default: any. */
  pgn?: { value: number; mask: number };
  /** The sender's address, and the bits of it to compare. Default: any. */
  address?: { value: number; mask: number };
}

/** The ISO-TP settings, for {@linkcode CAN_ISOTP_OPTS} (`struct can_isotp_options`). */
export interface IsotpOptions {
  /** `CAN_ISOTP_*`, ORed. */
  flags: number;
  /** Nanoseconds that a frame is on the bus. Default: 50000. */
  frameTime: number;
  /** The address of extended addressing. */
  extendedAddress: number;
  /** The padding of sent frames. Default: 0xcc. */
  txPadding: number;
  /** The expected padding of received frames. */
  rxPadding: number;
  /** The address of extended addressing in received frames. */
  rxExtendedAddress: number;
}

const CAN_FIELDS: OptionNames<CanFilter> = { id: true, mask: true, inverted: "boolean" };
const J1939_FIELDS: OptionNames<J1939Filter> = { name: true, pgn: true, address: true };
const MASKED_FIELDS: OptionNames<{ value: unknown; mask: unknown }> = { value: true, mask: true };

// The options of CAN sockets, sorted by C name within a protocol.

/** Which classes of error frames are received (`CAN_ERR_MASK` for all). */
export const CAN_RAW_ERR_FILTER: SocketOption<number> = intOption("SOL_CAN_RAW", "CAN_RAW_ERR_FILTER");
/** Whether the socket sends and receives CAN FD frames. */
export const CAN_RAW_FD_FRAMES: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_FD_FRAMES");
/** The frames to receive: those that match one of the filters; an empty list receives none. At most 512. */
export const CAN_RAW_FILTER: WritableOption<readonly CanFilter[]> = writableOption(
  "SOL_CAN_RAW",
  "CAN_RAW_FILTER",
  (filters) => {
    // struct can_filter { canid_t can_id; canid_t can_mask; };
    const view = new DataView(new ArrayBuffer(listOf("set CAN_RAW_FILTER", "the filters", filters).length * 8));
    for (const [i, filter] of filters.entries()) {
      const { id, mask, inverted = false } = checkOptions("set CAN_RAW_FILTER", filter, CAN_FIELDS);
      within("set CAN_RAW_FILTER", "identifier", id, 0xffffffff);
      view.setUint32(i * 8, inverted ? (id | C.CAN_INV_FILTER) >>> 0 : id, HOST_LITTLE_ENDIAN);
      view.setUint32(i * 8 + 4, within("set CAN_RAW_FILTER", "mask", mask, 0xffffffff), HOST_LITTLE_ENDIAN);
    }
    return new Uint8Array(view.buffer);
  },
);
/** Whether a frame must match all filters, not only one. */
export const CAN_RAW_JOIN_FILTERS: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_JOIN_FILTERS");
/** Whether other sockets on this machine receive what this one sends. Default: true. */
export const CAN_RAW_LOOPBACK: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_LOOPBACK");
/** Whether this socket receives what it sends itself. */
export const CAN_RAW_RECV_OWN_MSGS: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_RECV_OWN_MSGS");

/** The ISO-TP settings; set them before bind(2). */
export const CAN_ISOTP_OPTS: SocketOption<IsotpOptions> = defineOption(
  "SOL_CAN_ISOTP",
  "CAN_ISOTP_OPTS",
  12,
  (options) => {
    checkObject("set CAN_ISOTP_OPTS", "the value", options);
    const { flags, frameTime, extendedAddress, txPadding, rxPadding, rxExtendedAddress } = options;
    const view = new DataView(new ArrayBuffer(12));
    view.setUint32(0, within("set CAN_ISOTP_OPTS", "flags", flags, 0xffffffff), HOST_LITTLE_ENDIAN);
    view.setUint32(4, within("set CAN_ISOTP_OPTS", "time", frameTime, 0xffffffff), HOST_LITTLE_ENDIAN);
    for (const [i, byte] of [extendedAddress, txPadding, rxPadding, rxExtendedAddress].entries()) {
      view.setUint8(8 + i, within("set CAN_ISOTP_OPTS", "byte", byte, 0xff));
    }
    return new Uint8Array(view.buffer);
  },
  (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return {
      flags: view.getUint32(0, HOST_LITTLE_ENDIAN),
      frameTime: view.getUint32(4, HOST_LITTLE_ENDIAN),
      extendedAddress: view.getUint8(8),
      txPadding: view.getUint8(9),
      rxPadding: view.getUint8(10),
      rxExtendedAddress: view.getUint8(11),
    };
  },
);
/**
 * Flow control that the receiver requests: frames per block (0: all), the time between two frames, the number of wait
 * frames.
 */
export const CAN_ISOTP_RECV_FC: SocketOption<{ blockSize: number; separationTime: number; maxWaits: number }> =
  defineOption(
    "SOL_CAN_ISOTP",
    "CAN_ISOTP_RECV_FC",
    3,
    (control) => {
      checkObject("set CAN_ISOTP_RECV_FC", "the value", control);
      const { blockSize, separationTime, maxWaits } = control;
      return Uint8Array.from(
        [blockSize, separationTime, maxWaits],
        (byte) => within("set CAN_ISOTP_RECV_FC", "byte", byte, 255),
      );
    },
    (bytes) => ({ blockSize: bytes[0] ?? 0, separationTime: bytes[1] ?? 0, maxWaits: bytes[2] ?? 0 }),
  );
/** The frames to use: 16 (`CAN_MTU`) or 72 bytes (`CANFD_MTU`), the data in one, and its flags (`CANFD_BRS`). */
export const CAN_ISOTP_LL_OPTS: SocketOption<{ mtu: number; dataLength: number; flags: number }> = defineOption(
  "SOL_CAN_ISOTP",
  "CAN_ISOTP_LL_OPTS",
  3,
  (frames) => {
    checkObject("set CAN_ISOTP_LL_OPTS", "the value", frames);
    const { mtu, dataLength, flags } = frames;
    return Uint8Array.from([mtu, dataLength, flags], (byte) => within("set CAN_ISOTP_LL_OPTS", "byte", byte, 255));
  },
  (bytes) => ({ mtu: bytes[0] ?? 0, dataLength: bytes[1] ?? 0, flags: bytes[2] ?? 0 }),
);

/**
 * The messages that a J1939 socket receives: those that match one of the filters; an empty list receives all. At most
 * 512.
 */
export const SO_J1939_FILTER: WritableOption<readonly J1939Filter[]> = writableOption(
  "SOL_CAN_J1939",
  "SO_J1939_FILTER",
  (filters) => {
    // struct j1939_filter { name_t name, name_mask; pgn_t pgn, pgn_mask; __u8 addr, addr_mask; };  0, 8, 16, 20, 24, 25
    const view = new DataView(new ArrayBuffer(listOf("set SO_J1939_FILTER", "the filters", filters).length * 32));
    for (const [i, filter] of filters.entries()) {
      const fields = checkOptions("set SO_J1939_FILTER", filter, J1939_FIELDS);
      const [name, pgn, address] = [masked(fields.name), masked(fields.pgn), masked(fields.address)];
      if (name !== undefined) {
        view.setBigUint64(i * 32, nameWithin("name", name.value), HOST_LITTLE_ENDIAN);
        view.setBigUint64(i * 32 + 8, nameWithin("mask", name.mask), HOST_LITTLE_ENDIAN);
      }
      if (pgn !== undefined) {
        view.setUint32(i * 32 + 16, within("set SO_J1939_FILTER", "PGN", pgn.value, 0x3ffff), HOST_LITTLE_ENDIAN);
        view.setUint32(i * 32 + 20, within("set SO_J1939_FILTER", "mask", pgn.mask, 0x3ffff), HOST_LITTLE_ENDIAN);
      }
      if (address !== undefined) {
        view.setUint8(i * 32 + 24, within("set SO_J1939_FILTER", "address", address.value, 255));
        view.setUint8(i * 32 + 25, within("set SO_J1939_FILTER", "mask", address.mask, 255));
      }
    }
    return new Uint8Array(view.buffer);
  },
);
/** Whether the socket receives messages for others. */
export const SO_J1939_PROMISC: SocketOption<boolean> = booleanOption("SOL_CAN_J1939", "SO_J1939_PROMISC");
/** The priority of sent messages, 0 (highest) to 7. Default: 6. Below 2 it needs CAP_NET_ADMIN. */
export const SO_J1939_SEND_PRIO: SocketOption<number> = intOption("SOL_CAN_J1939", "SO_J1939_SEND_PRIO");

/** A part of a filter, read once; of one that is left out, no bit counts. */
function masked<T>(part: { value: T; mask: T } | undefined): { value: T; mask: T } | undefined {
  return part && checkOptions("set SO_J1939_FILTER", part, MASKED_FIELDS);
}

function nameWithin(field: string, value: bigint): bigint {
  if (typeof value === "bigint" && value >= 0n && value <= 0xffff_ffff_ffff_ffffn) return value;
  throw new RangeError(
    `Cannot set SO_J1939_FILTER as the ${field} must be a bigint of 64 bits: current value is ${quoted(value)}`,
  );
}

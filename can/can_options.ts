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
  /** The identifier, with `CAN_EFF_FLAG` and `CAN_RTR_FLAG` where they matter. */
  id: number;
  /** The bits that matter. */
  mask: number;
  /**
   * Takes all other frames instead.
   *
   * @default {false}
   */
  inverted?: boolean;
}

/** Which messages a J1939 socket receives: those that agree in the bits of the masks. */
export interface J1939Filter {
  /** The sender's name, and the bits of it that matter. Default: any. */
  name?: { value: bigint; mask: bigint };
  /** The parameter group, and the bits of it that matter. Default: any. */
  pgn?: { value: number; mask: number };
  /** The sender's address, and the bits of it that matter. Default: any. */
  address?: { value: number; mask: number };
}

/** How ISO-TP works, for {@linkcode CAN_ISOTP_OPTS}: a `struct can_isotp_options`. */
export interface IsotpOptions {
  /** `CAN_ISOTP_*`, ORed. */
  flags: number;
  /** Nanoseconds that a frame is on the bus; 50000 unless set. */
  frameTime: number;
  /** The address of extended addressing. */
  extendedAddress: number;
  /** What the frames that are sent are padded with; 0xcc unless set. */
  txPadding: number;
  /** What received frames must be padded with. */
  rxPadding: number;
  /** The address of extended addressing in what is received. */
  rxExtendedAddress: number;
}

// The options of CAN sockets, sorted by C name within a protocol.

/** Which classes of error frames are received (`CAN_ERR_MASK` for all). */
export const CAN_RAW_ERR_FILTER: SocketOption<number> = intOption("SOL_CAN_RAW", "CAN_RAW_ERR_FILTER");
/** Whether frames of CAN FD are sent and received. */
export const CAN_RAW_FD_FRAMES: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_FD_FRAMES");
/** Which frames are received: those that one of the filters takes; none without any. At most 512. */
export const CAN_RAW_FILTER: WritableOption<readonly CanFilter[]> = writableOption(
  "SOL_CAN_RAW",
  "CAN_RAW_FILTER",
  (filters) => {
    // struct can_filter { canid_t can_id; canid_t can_mask; };
    const view = new DataView(new ArrayBuffer(filters.length * 8));
    for (const [i, { id, mask, inverted = false }] of filters.entries()) {
      within("set CAN_RAW_FILTER", "identifier", id, 0xffffffff);
      view.setUint32(i * 8, inverted ? (id | C.CAN_INV_FILTER) >>> 0 : id, HOST_LITTLE_ENDIAN);
      view.setUint32(i * 8 + 4, within("set CAN_RAW_FILTER", "mask", mask, 0xffffffff), HOST_LITTLE_ENDIAN);
    }
    return new Uint8Array(view.buffer);
  },
);
/** Whether all of the filters must take a frame, and not only one. */
export const CAN_RAW_JOIN_FILTERS: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_JOIN_FILTERS");
/** Whether other sockets of this machine receive what this one sends; they do unless this is off. */
export const CAN_RAW_LOOPBACK: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_LOOPBACK");
/** Whether this socket receives what it sends itself. */
export const CAN_RAW_RECV_OWN_MSGS: SocketOption<boolean> = booleanOption("SOL_CAN_RAW", "CAN_RAW_RECV_OWN_MSGS");

/** How ISO-TP works; to be set before bind(2). */
export const CAN_ISOTP_OPTS: SocketOption<IsotpOptions> = defineOption(
  "SOL_CAN_ISOTP",
  "CAN_ISOTP_OPTS",
  12,
  ({ flags, frameTime, extendedAddress, txPadding, rxPadding, rxExtendedAddress }) => {
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
/** What the receiver asks of the sender: frames in a block (0: all), the time between two, frames that ask to wait. */
export const CAN_ISOTP_RECV_FC: SocketOption<{ blockSize: number; separationTime: number; maxWaits: number }> =
  defineOption(
    "SOL_CAN_ISOTP",
    "CAN_ISOTP_RECV_FC",
    3,
    ({ blockSize, separationTime, maxWaits }) =>
      Uint8Array.from(
        [blockSize, separationTime, maxWaits],
        (byte) => within("set CAN_ISOTP_RECV_FC", "byte", byte, 255),
      ),
    (bytes) => ({ blockSize: bytes[0] ?? 0, separationTime: bytes[1] ?? 0, maxWaits: bytes[2] ?? 0 }),
  );
/** Which frames carry it: 16 (`CAN_MTU`) or 72 bytes (`CANFD_MTU`), the data in one, and its flags (`CANFD_BRS`). */
export const CAN_ISOTP_LL_OPTS: SocketOption<{ mtu: number; dataLength: number; flags: number }> = defineOption(
  "SOL_CAN_ISOTP",
  "CAN_ISOTP_LL_OPTS",
  3,
  ({ mtu, dataLength, flags }) =>
    Uint8Array.from([mtu, dataLength, flags], (byte) => within("set CAN_ISOTP_LL_OPTS", "byte", byte, 255)),
  (bytes) => ({ mtu: bytes[0] ?? 0, dataLength: bytes[1] ?? 0, flags: bytes[2] ?? 0 }),
);

/** Which messages a J1939 socket receives: those that one of the filters takes; all without any. At most 512. */
export const SO_J1939_FILTER: WritableOption<readonly J1939Filter[]> = writableOption(
  "SOL_CAN_J1939",
  "SO_J1939_FILTER",
  (filters) => {
    // struct j1939_filter { name_t name, name_mask; pgn_t pgn, pgn_mask; __u8 addr, addr_mask; };  0, 8, 16, 20, 24, 25
    const view = new DataView(new ArrayBuffer(filters.length * 32));
    for (const [i, { name, pgn, address }] of filters.entries()) {
      view.setBigUint64(i * 32, name?.value ?? 0n, HOST_LITTLE_ENDIAN);
      view.setBigUint64(i * 32 + 8, name?.mask ?? 0n, HOST_LITTLE_ENDIAN);
      view.setUint32(i * 32 + 16, within("set SO_J1939_FILTER", "PGN", pgn?.value ?? 0, 0x3ffff), HOST_LITTLE_ENDIAN);
      view.setUint32(i * 32 + 20, within("set SO_J1939_FILTER", "mask", pgn?.mask ?? 0, 0x3ffff), HOST_LITTLE_ENDIAN);
      view.setUint8(i * 32 + 24, within("set SO_J1939_FILTER", "address", address?.value ?? 0, 255));
      view.setUint8(i * 32 + 25, within("set SO_J1939_FILTER", "mask", address?.mask ?? 0, 255));
    }
    return new Uint8Array(view.buffer);
  },
);
/** Whether messages for others are received. */
export const SO_J1939_PROMISC: SocketOption<boolean> = booleanOption("SOL_CAN_J1939", "SO_J1939_PROMISC");
/** The priority of what is sent: 0 to 7, of which 0 is the highest; 6 unless set. Below 2 it needs CAP_NET_ADMIN. */
export const SO_J1939_SEND_PRIO: SocketOption<number> = intOption("SOL_CAN_J1939", "SO_J1939_SEND_PRIO");

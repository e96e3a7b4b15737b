import { NetlinkDecodeError } from "../../netlink/decode_error.ts";

/** A position in a ring buffer: how often it wrapped, and the offset in bytes. */
export interface SmcCursor {
  /** Number of times it wrapped, modulo 65536. */
  wrap: number;
  /** Offset in bytes. */
  count: number;
}

/** The buffers of a connection; sizes in bytes. */
export interface SmcConnectionInfo {
  /** The number that identifies the connection on both sides. */
  token: number;
  /** Size of the send buffer. */
  sendBuffer: number;
  /** Size of the receive buffer (RMB element). */
  receiveBuffer: number;
  /** Size of the peer's receive buffer. */
  peerReceiveBuffer: number;
  /** What the peer has produced into the receive buffer. */
  receiveProduced: SmcCursor;
  /** What this side has consumed from it. */
  receiveConsumed: SmcCursor;
  /** What this side has produced into the peer's buffer. */
  sendProduced: SmcCursor;
  /** What the peer has consumed from it. */
  sendConsumed: SmcCursor;
  /** What has been put into the send buffer. */
  sendPrepared: SmcCursor;
  /** What of it has been sent. */
  sendSent: SmcCursor;
  /** What of it has been confirmed. */
  sendFinished: SmcCursor;
  /** The peer's flags for the connection. */
  receivedFlags: SmcFlag[];
  /** This side's flags. */
  sentFlags: SmcFlag[];
}

/** A flag of a connection's control messages. */
export type SmcFlag =
  | "write-blocked"
  | "urgent-data-pending"
  | "urgent-data-present"
  | "consumer-update-requested"
  | "failover-validation"
  | "done-writing"
  | "closed"
  | "aborted";

/** The RDMA link of a connection in SMC-R. */
export interface SmcLinkInfo {
  /** Number of the link within its group. */
  linkId: number;
  /** Name of the RDMA device. */
  device: string;
  /** Port of the device, from 1. */
  port: number;
  /** Local global identifier. */
  gid: string;
  /** The peer's. */
  peerGid: string;
  /** Which side of the link group this is. */
  role: "client" | "server";
}

/** The shared memory of a connection in SMC-D; identifiers in hex. */
export interface SmcdInfo {
  /** Number of the link. */
  linkId: number;
  /** The peer's global identifier; 32 digits if the device has an extended one. */
  peerGid: string;
  /** The local one. */
  gid: string;
  /** Token of the local buffer. */
  token: string;
  /** Token of the peer's. */
  peerToken: string;
}

const PRODUCER_FLAGS: [number, SmcFlag][] = [
  [0x80, "write-blocked"],
  [0x40, "urgent-data-pending"],
  [0x20, "urgent-data-present"],
  [0x10, "consumer-update-requested"],
  [0x08, "failover-validation"],
];

const STATE_FLAGS: [number, SmcFlag][] = [
  [0x80, "done-writing"],
  [0x40, "closed"],
  [0x20, "aborted"],
];

const decoder = new TextDecoder();

/**
 * Decodes `SMC_DIAG_CONNINFO`.
 *
 * ```c
 * struct smc_diag_conninfo {
 *   __u32 token, sndbuf_size, rmbe_size, peer_rmbe_size;
 *   struct smc_diag_cursor rx_prod, rx_cons, tx_prod, tx_cons;  // { __u16 reserved, wrap; __u32 count; }
 *   __u8  rx_prod_flags, rx_conn_state_flags, tx_prod_flags, tx_conn_state_flags;
 *   struct smc_diag_cursor tx_prep, tx_sent, tx_fin;
 * };
 * ```
 */
export function decodeSmcConnectionInfo(bytes: Uint8Array): SmcConnectionInfo {
  const view = viewOf(bytes, 76, "SMC_DIAG_CONNINFO");
  const cursor = (at: number): SmcCursor => ({
    wrap: view.getUint16(at + 2, true),
    count: view.getUint32(at + 4, true),
  });
  const flags = (
    at: number,
  ): SmcFlag[] => [...namesOf(PRODUCER_FLAGS, view.getUint8(at)), ...namesOf(STATE_FLAGS, view.getUint8(at + 1))];
  return {
    token: view.getUint32(0, true),
    sendBuffer: view.getUint32(4, true),
    receiveBuffer: view.getUint32(8, true),
    peerReceiveBuffer: view.getUint32(12, true),
    receiveProduced: cursor(16),
    receiveConsumed: cursor(24),
    sendProduced: cursor(32),
    sendConsumed: cursor(40),
    sendPrepared: cursor(52),
    sendSent: cursor(60),
    sendFinished: cursor(68),
    receivedFlags: flags(48),
    sentFlags: flags(50),
  };
}

/**
 * Decodes `SMC_DIAG_LGRINFO`.
 *
 * ```c
 * struct smc_diag_lgrinfo {
 *   struct { __u8 link_id, ibname[64], ibport, gid[40], peer_gid[40]; } lnk[1];
 *   __u8 role;
 * };
 * ```
 */
export function decodeSmcLinkInfo(bytes: Uint8Array): SmcLinkInfo {
  const view = viewOf(bytes, 147, "SMC_DIAG_LGRINFO");
  return {
    linkId: view.getUint8(0),
    device: textOf(bytes.subarray(1, 65)),
    port: view.getUint8(65),
    gid: textOf(bytes.subarray(66, 106)),
    peerGid: textOf(bytes.subarray(106, 146)),
    role: view.getUint8(146) === 0 ? "client" : "server",
  };
}

/**
 * Decodes `SMC_DIAG_DMBINFO`; kernels with emulated ISM devices append the other half of both identifiers.
 *
 * ```c
 * struct smcd_diag_dmbinfo {
 *   __u32 linkid;
 *   __aligned_u64 peer_gid, my_gid, token, peer_token;
 *   __aligned_u64 peer_gid_ext, my_gid_ext;
 * };
 * ```
 */
export function decodeSmcdInfo(bytes: Uint8Array): SmcdInfo {
  const view = viewOf(bytes, 40, "SMC_DIAG_DMBINFO");
  const hex = (at: number): string => view.getBigUint64(at, true).toString(16).padStart(16, "0");
  const extension = (at: number): string => bytes.length < 56 || view.getBigUint64(at, true) === 0n ? "" : hex(at);
  return {
    linkId: view.getUint32(0, true),
    peerGid: hex(8) + extension(40),
    gid: hex(16) + extension(48),
    token: hex(24),
    peerToken: hex(32),
  };
}

function namesOf(flags: [number, SmcFlag][], bits: number): SmcFlag[] {
  return flags.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function viewOf(bytes: Uint8Array, size: number, name: string): DataView {
  if (bytes.length < size) {
    throw new NetlinkDecodeError(
      `Cannot decode ${name} as it must be >= ${size} bytes: current length is ${bytes.length}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

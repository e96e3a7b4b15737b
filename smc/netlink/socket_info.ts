import type { NetAddr } from "../../inet/addresses/addr.ts";
import { decodeSockaddrIn } from "../../inet/addresses/sockaddr_in.ts";
import { decodeSockaddrIn6 } from "../../inet/addresses/sockaddr_in6.ts";
import { Attributes } from "../../netlink/attribute.ts";
import { NetlinkDecodeError } from "../../netlink/decode_error.ts";
import { decodeSockDiagId, SOCK_DIAG_ID_SIZE } from "../../netlink/sock_diag.ts";
import { describeFallback, type SmcFallback } from "../fallback.ts";
import {
  decodeSmcConnectionInfo,
  decodeSmcdInfo,
  decodeSmcLinkInfo,
  type SmcConnectionInfo,
  type SmcdInfo,
  type SmcLinkInfo,
} from "./connection_info.ts";

/** What carries the data of a connection: RDMA, shared memory, or TCP after a fallback. */
export type SmcMode = "smc-r" | "smc-d" | "tcp";

/** The state of an SMC socket, by the kernel's names; a number that is unknown stands as text. */
export type SmcState =
  | "ACTIVE"
  | "INIT"
  | "CLOSED"
  | "LISTEN"
  | "PEERCLOSEWAIT1"
  | "PEERCLOSEWAIT2"
  | "APPCLOSEWAIT1"
  | "APPCLOSEWAIT2"
  | "APPFINCLOSEWAIT"
  | "PEERFINCLOSEWAIT"
  | "PEERABORTWAIT"
  | "PROCESSABORT"
  | `${number}`;

/** An SMC socket as the kernel describes it: all that `smcss -a -d -R -D` shows. */
export interface SmcSocketInfo {
  /** Its state. */
  state: SmcState;
  /** What carries the data; not there where it is not decided or does not apply. */
  mode?: SmcMode;
  /** The local address. A listener on `::` shows as `0.0.0.0`: the kernel does not tell them apart. */
  localAddr: Omit<NetAddr, "transport">;
  /** The remote address; `0.0.0.0:0` where there is none. */
  remoteAddr: Omit<NetAddr, "transport">;
  /** Index of the interface that the socket is bound to; 0 is any. */
  interfaceIndex: number;
  /** Owner of the socket. */
  uid: number;
  /** The number in `socket:[…]` of its descriptor; 0 before it is accepted. */
  inode: number;
  /** The number that the kernel gave the socket (`SO_COOKIE`). */
  cookie: bigint;
  /** Which directions are shut. */
  shutdown: "none" | "read" | "write" | "both";
  /** Why it is TCP, where it is. */
  fallback?: SmcFallback;
  /** The connection's buffers and cursors, in SMC-R and SMC-D. */
  connection?: SmcConnectionInfo;
  /** The RDMA link, in SMC-R. */
  link?: SmcLinkInfo;
  /** The shared memory, in SMC-D. */
  memory?: SmcdInfo;
}

const AF_INET6 = 10;
const AF_SMC = 43;

const STATES = new Map<number, SmcState>([
  [1, "ACTIVE"],
  [2, "INIT"],
  [7, "CLOSED"],
  [10, "LISTEN"],
  [20, "PEERCLOSEWAIT1"],
  [21, "PEERCLOSEWAIT2"],
  [22, "APPCLOSEWAIT1"],
  [23, "APPCLOSEWAIT2"],
  [24, "APPFINCLOSEWAIT"],
  [25, "PEERFINCLOSEWAIT"],
  [26, "PEERABORTWAIT"],
  [27, "PROCESSABORT"],
]);

const FALLBACK_TCP = 1;
const MODES: Record<number, SmcMode> = { 0: "smc-r", 1: "tcp", 2: "smc-d" };
const SHUTDOWNS = ["none", "read", "write", "both"] as const;

const SMC_DIAG_CONNINFO = 1;
const SMC_DIAG_LGRINFO = 2;
const SMC_DIAG_SHUTDOWN = 3;
const SMC_DIAG_DMBINFO = 4;
const SMC_DIAG_FALLBACK = 5;

/**
 * Encodes the request for all SMC sockets of this network namespace, with every extension. Its message type is
 * `SOCK_DIAG_BY_FAMILY`, its flags contain `NLM_F_DUMP`; the kernel filters nothing.
 *
 * ```c
 * struct smc_diag_req {
 *   __u8 diag_family;
 *   __u8 pad[2];
 *   __u8 diag_ext;                 // bit n - 1 asks for SMC_DIAG_* number n
 *   struct inet_diag_sockid id;
 * };
 * ```
 */
export function encodeSmcDiagRequest(): Uint8Array {
  const bytes = new Uint8Array(4 + SOCK_DIAG_ID_SIZE);
  bytes[0] = AF_SMC;
  bytes[3] = 0x1f;
  return bytes;
}

/**
 * Decodes what sock_diag says of an SMC socket.
 *
 * ```c
 * struct smc_diag_msg {
 *   __u8  diag_family;
 *   __u8  diag_state;
 *   __u8  diag_mode;
 *   __u8  diag_shutdown;          // never filled; SMC_DIAG_SHUTDOWN has it
 *   struct inet_diag_sockid id;
 *   __u32 diag_uid;
 *   __aligned_u64 diag_inode;
 * };                              // then attributes
 * ```
 *
 * @throws {NetlinkDecodeError} If the payload is too short, or an attribute does not have its length.
 */
export function decodeSmcSocketInfo(payload: Uint8Array): SmcSocketInfo {
  if (payload.length < 64) {
    throw new NetlinkDecodeError(
      `Cannot decode an SMC socket as it must be >= 64 bytes: current length is ${payload.length}`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const id = decodeSockDiagId(payload.subarray(4));
  const attributes = new Attributes(payload.subarray(64));
  const number = view.getUint8(1);
  const state = STATES.get(number) ?? `${number}`;
  // A listener and a handshake have mode 0 whatever becomes of it; TCP is for good.
  const decided = state !== "INIT" && state !== "LISTEN" && state !== "CLOSED";
  const mode = decided || view.getUint8(2) === FALLBACK_TCP ? MODES[view.getUint8(2)] : undefined;
  const info: SmcSocketInfo = {
    state,
    ...(mode === undefined ? {} : { mode }),
    localAddr: addrOf(view.getUint8(0), id.source, id.sourcePort),
    remoteAddr: addrOf(view.getUint8(0), id.destination, id.destinationPort),
    interfaceIndex: id.interfaceIndex,
    uid: view.getUint32(52, true),
    inode: Number(view.getBigUint64(56, true)),
    cookie: id.cookie,
    shutdown: SHUTDOWNS[(attributes.u8(SMC_DIAG_SHUTDOWN) ?? 0) & 3] ?? "none",
  };
  const fallback = mode === "tcp" ? attributes.bytes(SMC_DIAG_FALLBACK) : undefined;
  if (fallback !== undefined) info.fallback = decodeFallback(fallback);
  const [connection, link, memory] = [SMC_DIAG_CONNINFO, SMC_DIAG_LGRINFO, SMC_DIAG_DMBINFO].map((type) =>
    attributes.bytes(type)
  );
  if (connection !== undefined) info.connection = decodeSmcConnectionInfo(connection);
  if (link !== undefined) info.link = decodeSmcLinkInfo(link);
  if (memory !== undefined) info.memory = decodeSmcdInfo(memory);
  return info;
}

/** An IPv4 address is the first of the four words; the family is AF_SMC for both kinds. */
function addrOf(family: number, address: Uint8Array, port: number): Omit<NetAddr, "transport"> {
  const isIpv6 = family === AF_INET6 || address.subarray(4).some((byte) => byte !== 0);
  const head = [isIpv6 ? AF_INET6 : 2, 0, port >> 8, port & 0xff];
  if (!isIpv6) return decodeSockaddrIn(new Uint8Array([...head, ...address.subarray(0, 4), ...new Uint8Array(8)]));
  return decodeSockaddrIn6(new Uint8Array([...head, 0, 0, 0, 0, ...address, 0, 0, 0, 0]));
}

/** `struct smc_diag_fallback { __u32 reason; __u32 peer_diagnosis; };` */
function decodeFallback(bytes: Uint8Array): SmcFallback {
  if (bytes.length < 8) {
    throw new NetlinkDecodeError(
      `Cannot decode a fallback as it must be >= 8 bytes: current length is ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return describeFallback(view.getUint32(0, true), view.getUint32(4, true));
}

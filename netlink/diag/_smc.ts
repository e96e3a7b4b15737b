import { C } from "../../ffi/constants.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { decodeSockDiagId, SOCK_DIAG_ID_SIZE } from "../sock_diag.ts";
import { shutdownOf } from "./_attributes.ts";
import { netAddrOf } from "./_inet.ts";
import type { SmcDiagInfo, SmcMode, SmcState } from "./socket_info.ts";

const SMC_DIAG_SHUTDOWN = 3;

export const SMC_STATES: ReadonlyMap<number, SmcState> = new Map<number, SmcState>([
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

/**
 * The kernel filters nothing; this requests every extension.
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
export function encodeSmcRequest(): Uint8Array {
  const bytes = new Uint8Array(4 + SOCK_DIAG_ID_SIZE);
  bytes[0] = C.AF_SMC;
  bytes[3] = 0x1f;
  return bytes;
}

/**
 * ```c
 * struct smc_diag_msg {
 *   __u8  diag_family;
 *   __u8  diag_state;
 *   __u8  diag_mode;
 *   __u8  diag_shutdown;          // never filled; SMC_DIAG_SHUTDOWN has it
 *   struct inet_diag_sockid id;
 *   __u32 diag_uid;
 *   __aligned_u64 diag_inode;
 * };
 * ```
 */
export function decodeSmcSocket(payload: Uint8Array): SmcDiagInfo {
  const view = structView(payload, 64, "smc_diag_msg");
  const id = decodeSockDiagId(payload.subarray(4));
  const attributes = new Attributes(payload.subarray(64));
  const number = view.getUint8(1);
  const state = SMC_STATES.get(number) ?? `${number}`;
  // Listeners and handshakes always have mode 0; TCP is final.
  const decided = state !== "INIT" && state !== "LISTEN" && state !== "CLOSED";
  const mode = decided || view.getUint8(2) === FALLBACK_TCP ? MODES[view.getUint8(2)] : undefined;
  // The family is AF_SMC for both kinds of addresses; an IPv4 address is the first of the four words.
  const familyOf = (address: Uint8Array): number =>
    view.getUint8(0) === C.AF_INET6 || address.subarray(4).some((byte) => byte !== 0) ? C.AF_INET6 : C.AF_INET;
  return {
    protocol: "smc",
    family: C.AF_SMC,
    type: C.SOCK_STREAM,
    state,
    ...(mode === undefined ? {} : { mode }),
    localAddr: netAddrOf(familyOf(id.source), id.source, id.sourcePort),
    remoteAddr: netAddrOf(familyOf(id.destination), id.destination, id.destinationPort),
    interfaceIndex: id.interfaceIndex,
    uid: view.getUint32(52, true),
    inode: Number(view.getBigUint64(56, true)),
    cookie: id.cookie,
    shutdown: shutdownOf(attributes.u8(SMC_DIAG_SHUTDOWN) ?? 0),
    attributes,
  };
}

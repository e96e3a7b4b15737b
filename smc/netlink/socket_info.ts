import { NetlinkDecodeError } from "../../netlink/decode_error.ts";
import type { SmcDiagInfo } from "../../netlink/diag/socket_info.ts";
import { describeFallback, type SmcFallback } from "../fallback.ts";
import {
  decodeSmcConnectionInfo,
  decodeSmcdInfo,
  decodeSmcLinkInfo,
  type SmcConnectionInfo,
  type SmcdInfo,
  type SmcLinkInfo,
} from "./connection_info.ts";

/** An SMC socket as the kernel describes it: everything that `smcss -a -d -R -D` shows. */
export interface SmcSocketInfo extends SmcDiagInfo {
  /** Why it fell back to TCP, if it did. */
  fallback?: SmcFallback;
  /** The connection's buffers and cursors, in SMC-R and SMC-D. */
  connection?: SmcConnectionInfo;
  /** The RDMA link, in SMC-R. */
  link?: SmcLinkInfo;
  /** The shared memory, in SMC-D. */
  sharedMemory?: SmcdInfo;
}

const SMC_DIAG_CONNINFO = 1;
const SMC_DIAG_LGRINFO = 2;
const SMC_DIAG_DMBINFO = 4;
const SMC_DIAG_FALLBACK = 5;

/**
 * Adds the contents of an SMC socket's attributes.
 *
 * @throws {NetlinkDecodeError} If an attribute has a wrong length.
 */
export function smcSocketInfo(socket: SmcDiagInfo): SmcSocketInfo {
  const { mode, attributes } = socket;
  const info: SmcSocketInfo = { ...socket };
  const fallback = mode === "tcp" ? attributes.bytes(SMC_DIAG_FALLBACK) : undefined;
  if (fallback !== undefined) info.fallback = decodeFallback(fallback);
  const [connection, link, memory] = [SMC_DIAG_CONNINFO, SMC_DIAG_LGRINFO, SMC_DIAG_DMBINFO].map((type) =>
    attributes.bytes(type)
  );
  if (connection !== undefined) info.connection = decodeSmcConnectionInfo(connection);
  if (link !== undefined) info.link = decodeSmcLinkInfo(link);
  if (memory !== undefined) info.sharedMemory = decodeSmcdInfo(memory);
  return info;
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

import { C } from "../ffi/constants.ts";
import { errnoMessage, errnoName } from "../ffi/errno.ts";
import { HOST_LITTLE_ENDIAN, SOCKADDR_HEAD_SIZE } from "../ffi/sockaddr_layout.ts";
import { decodeSockaddrIn } from "./addresses/sockaddr_in.ts";
import { decodeSockaddrIn6 } from "./addresses/sockaddr_in6.ts";

/** An entry of a socket's error queue, as `IP_RECVERR` keeps it. */
export interface NetworkError {
  /** The error number; 0 for a timestamp. */
  errno: number;
  /** Its C name, such as `"ECONNREFUSED"`; `""` for a timestamp. */
  code: string;
  /** The message of strerror(3). */
  message: string;
  /** Where it comes from. */
  origin: "none" | "local" | "icmp" | "icmpv6" | "timestamping" | "zerocopy" | "txtime";
  /** The type of the ICMP message. */
  icmpType: number;
  /** The code of the ICMP message. */
  icmpCode: number;
  /** With `EMSGSIZE`, the MTU in bytes; for a timestamp, its kind. */
  info: number;
  /** For a timestamp, the packet number. */
  data: number;
  /** The host that reported it, such as a router. */
  offender?: string;
}

const ORIGINS = ["none", "local", "icmp", "icmpv6", "timestamping", "zerocopy", "txtime"] as const;

/**
 * Decodes the data of `IP_RECVERR` and `IPV6_RECVERR`.
 *
 * ```c
 * struct sock_extended_err {
 *   __u32 ee_errno;    //  0
 *   __u8  ee_origin;   //  4
 *   __u8  ee_type;     //  5
 *   __u8  ee_code;     //  6
 *   __u8  ee_pad;      //  7
 *   __u32 ee_info;     //  8
 *   __u32 ee_data;     // 12
 * };                   // followed by the sockaddr of the offender
 * ```
 */
export function decodeNetworkError(bytes: Uint8Array): NetworkError {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const errno = view.getUint32(0, HOST_LITTLE_ENDIAN);
  const offender = offenderIn(bytes.subarray(16));
  return {
    errno,
    code: errno === 0 ? "" : errnoName(errno) ?? `E${errno}`,
    message: errno === 0 ? "" : errnoMessage(errno),
    origin: ORIGINS[view.getUint8(4)] ?? "none",
    icmpType: view.getUint8(5),
    icmpCode: view.getUint8(6),
    info: view.getUint32(8, HOST_LITTLE_ENDIAN),
    data: view.getUint32(12, HOST_LITTLE_ENDIAN),
    ...(offender === undefined ? {} : { offender }),
  };
}

function offenderIn(sockaddr: Uint8Array): string | undefined {
  if (sockaddr.length < SOCKADDR_HEAD_SIZE) return undefined;
  const family = new DataView(sockaddr.buffer, sockaddr.byteOffset).getUint16(0, HOST_LITTLE_ENDIAN);
  if (family === C.AF_INET && sockaddr.length >= 16) return decodeSockaddrIn(sockaddr.subarray(0, 16)).hostname;
  if (family === C.AF_INET6 && sockaddr.length >= 28) return decodeSockaddrIn6(sockaddr.subarray(0, 28)).hostname;
  return undefined;
}

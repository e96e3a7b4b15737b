import { C } from "../../ffi/constants.ts";
import { formatIpv4 } from "../../inet/addresses/format_ipv4.ts";
import { formatIpv6 } from "../../inet/addresses/format_ipv6.ts";
import { parseIpv4 } from "../../inet/addresses/parse_ipv4.ts";
import { parseIpv6 } from "../../inet/addresses/parse_ipv6.ts";
import { decodeTcpInfo, TCP_STATES } from "../../inet/options/tcp_info.ts";
import { structView } from "../_struct_view.ts";
import { Attributes, encodeAttribute } from "../attribute.ts";
import {
  decodeInetDiagMessage,
  encodeInetDiagRequest,
  INET_DIAG_MSG_SIZE,
  type InetDiagMessage,
  type SockDiagId,
} from "../sock_diag.ts";
import { memoryOf, shutdownOf } from "./_attributes.ts";
import { present } from "../_present.ts";
import type { InetSocketInfo, InetSocketOptions, SocketNetAddr, SocketTimer } from "./socket_info.ts";

/** `IPPROTO_*`, by this library's names. */
const PROTOCOLS = { tcp: 6, mptcp: 262, udp: 17, raw: 255 } as const;
const TYPES = { tcp: C.SOCK_STREAM, mptcp: C.SOCK_STREAM, udp: C.SOCK_DGRAM, raw: C.SOCK_RAW } as const;

const INET_DIAG_REQ_PROTOCOL = 3;

const INET_DIAG = {
  INFO: 2,
  VEGASINFO: 3,
  CONG: 4,
  TOS: 5,
  TCLASS: 6,
  SKMEMINFO: 7,
  SHUTDOWN: 8,
  SKV6ONLY: 11,
  MARK: 15,
  CLASS_ID: 17,
  ULP_INFO: 19,
  CGROUP_ID: 21,
  SOCKOPT: 22,
} as const;
const INET_ULP_INFO_NAME = 1;

/** All optional attributes; the kernel sends the others anyway. */
const EXTENSIONS = [2, 3, 4, 5, 6, 7, 8].reduce((bits, type) => bits | 1 << (type - 1), 0);

const TIMERS: Record<number, SocketTimer["kind"]> = { 1: "retransmit", 2: "keepalive", 3: "timewait", 4: "persist" };

/** A request for all sockets of a protocol in these states, or for one socket by its identity. */
export function encodeInetRequest(
  protocol: InetSocketInfo["protocol"],
  family: number,
  states: number,
  id?: SockDiagId,
): Uint8Array {
  const number = PROTOCOLS[protocol];
  const request = encodeInetDiagRequest(family, Math.min(number, 0xff), states, EXTENSIONS, id);
  if (number <= 0xff) return request;
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, number, true);
  return new Uint8Array([...request, ...encodeAttribute(INET_DIAG_REQ_PROTOCOL, value)]);
}

/** Decodes an IP socket, of type `SOCK_DIAG_BY_FAMILY`. */
export function decodeInetSocket(protocol: InetSocketInfo["protocol"], payload: Uint8Array): InetSocketInfo {
  const message = decodeInetDiagMessage(payload);
  const { id, family, uid, inode, receiveQueue, sendQueue } = message;
  const attributes = new Attributes(payload.subarray(INET_DIAG_MSG_SIZE));
  const shutdown = attributes.u8(INET_DIAG.SHUTDOWN);
  const tcpInfo = protocol === "tcp" ? attributes.bytes(INET_DIAG.INFO) : undefined;
  const ipv6Only = attributes.u8(INET_DIAG.SKV6ONLY);
  return {
    protocol,
    family,
    type: TYPES[protocol],
    state: TCP_STATES[message.state - 1] ?? "CLOSE",
    localAddr: netAddrOf(family, id.source, id.sourcePort),
    remoteAddr: netAddrOf(family, id.destination, id.destinationPort),
    interfaceIndex: id.interfaceIndex,
    uid,
    inode,
    cookie: id.cookie,
    receiveQueue,
    sendQueue,
    attributes,
    ...present({
      timer: timerOf(message),
      shutdown: shutdown === undefined ? undefined : shutdownOf(shutdown),
      memory: memoryOf(attributes, INET_DIAG.SKMEMINFO),
      tcpInfo: tcpInfo === undefined || tcpInfo.length === 0 ? undefined : decodeTcpInfo(tcpInfo),
      congestionControl: attributes.text(INET_DIAG.CONG),
      upperLayer: attributes.nested(INET_DIAG.ULP_INFO)?.text(INET_ULP_INFO_NAME),
      tos: attributes.u8(INET_DIAG.TOS),
      trafficClass: attributes.u8(INET_DIAG.TCLASS),
      classId: attributes.u32(INET_DIAG.CLASS_ID),
      ipv6Only: ipv6Only === undefined ? undefined : ipv6Only !== 0,
      mark: attributes.u32(INET_DIAG.MARK),
      cgroupId: attributes.u64(INET_DIAG.CGROUP_ID),
      options: optionsOf(attributes),
    }),
  };
}

function timerOf({ timer, expires, retransmits }: InetDiagMessage): SocketTimer | undefined {
  return timer === 0 ? undefined : { kind: TIMERS[timer] ?? `${timer}`, expires, retransmits };
}

/** `struct inet_diag_sockopt`: bits, from the lowest of the first byte. */
function optionsOf(attributes: Attributes): InetSocketOptions | undefined {
  const bytes = attributes.bytes(INET_DIAG.SOCKOPT);
  if (bytes === undefined) return undefined;
  const bits = structView(bytes, 2, "inet_diag_sockopt").getUint16(0, true);
  const has = (bit: number): boolean => (bits & 1 << bit) !== 0;
  return {
    recverr: has(0),
    isConnectionSocket: has(1),
    freebind: has(2),
    hdrincl: has(3),
    multicastLoop: has(4),
    transparent: has(5),
    multicastAll: has(6),
    nodefrag: has(7),
    bindAddressNoPort: has(8),
    recverrRfc4884: has(9),
    deferConnect: has(10),
  };
}

/** The text of an address in an `inet_diag_sockid`: an IPv4 address is the first of its four words. */
export function netAddrOf(family: number, address: Uint8Array, port: number): SocketNetAddr {
  return { hostname: family === C.AF_INET6 ? formatIpv6(address) : formatIpv4(address.subarray(0, 4)), port };
}

/** The bytes of an address in an `inet_diag_sockid`. */
export function encodeDiagAddress(family: number, hostname: string): Uint8Array {
  return family === C.AF_INET6 ? parseIpv6(hostname).bytes : parseIpv4(hostname);
}

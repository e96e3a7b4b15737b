import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { type ControlMessage, decodeControlMessages, encodeControlMessages } from "../socket/control_message.ts";
import { encodeInt } from "../socket/option.ts";
import { isMappedIpv4 } from "./addresses/_mapped_ipv4.ts";
import type { NetAddr } from "./addresses/addr.ts";
import { formatIpv4 } from "./addresses/format_ipv4.ts";
import { formatIpv6 } from "./addresses/format_ipv6.ts";
import { parseIpv4 } from "./addresses/parse_ipv4.ts";
import { parseIpv6 } from "./addresses/parse_ipv6.ts";
import { decodeInetSockaddr } from "./addresses/sockaddr.ts";
import { decodeNetworkError, type NetworkError } from "./network_error.ts";

/** What the kernel reports about a packet besides its data; each part only if an option requests it. */
export interface PacketInfo {
  /** The address that it was sent to, which may be a multicast group (`IP_PKTINFO`, `IPV6_RECVPKTINFO`). */
  destination?: string;
  /** The local address to answer from (`IP_PKTINFO`). */
  localAddress?: string;
  /** The index of the interface that it arrived on (`IP_PKTINFO`, `IPV6_RECVPKTINFO`). */
  interfaceIndex?: number;
  /** TTL or hop limit on arrival (`IP_RECVTTL`, `IPV6_RECVHOPLIMIT`). */
  hopLimit?: number;
  /** Type of service or traffic class: 6 bits of DSCP, 2 of ECN (`IP_RECVTOS`, `IPV6_RECVTCLASS`). */
  trafficClass?: number;
  /** When it arrived, in nanoseconds since 1970 (`SO_TIMESTAMPNS`, `SO_TIMESTAMP`, `SO_TIMESTAMPING`). */
  timestamp?: bigint;
  /** When the device received it, in nanoseconds of the device's clock (`SO_TIMESTAMPING`). */
  hardwareTimestamp?: bigint;
  /** The size of each datagram in the data, in bytes; the last may be shorter (`UDP_GRO`). */
  segmentSize?: number;
  /** The address that it was sent to before it was redirected (`IP_RECVORIGDSTADDR`, `IPV6_RECVORIGDSTADDR`). */
  originalDestination?: NetAddr;
  /** The size of its largest fragment, in bytes (`IP_RECVFRAGSIZE`, `IPV6_RECVFRAGSIZE`). */
  fragmentSize?: number;
  /** The new MTU of a path, in bytes; the packet then has no data (`IPV6_RECVPATHMTU`). */
  pathMtu?: number;
  /** How many datagrams the socket has dropped so far (`SO_RXQ_OVFL`). */
  dropped?: number;
  /** Its mark (`SO_RCVMARK`). */
  mark?: number;
  /** The error, in an entry of the error queue (`IP_RECVERR`, `IPV6_RECVERR`). */
  error?: NetworkError;
  /** Control messages that the library does not know. */
  others?: ControlMessage[];
}

/** Settings for a packet to send, which replace those of the socket. */
export interface OutgoingPacketInfo {
  /** The numeric local address to send from, of the destination's family. */
  source?: string;
  /** The index of the interface to send through. */
  interfaceIndex?: number;
  /** TTL or hop limit. */
  hopLimit?: number;
  /** Type of service or traffic class. */
  trafficClass?: number;
  /**
   * The size of the datagrams that the data is split into (GSO), in bytes; at most 64 datagrams, 128 since Linux 6.9.
   */
  segmentSize?: number;
  /** The mark. Needs CAP_NET_ADMIN or CAP_NET_RAW. */
  mark?: number;
}

const PACKET_INFO: OptionNames<OutgoingPacketInfo> = {
  hopLimit: true,
  interfaceIndex: true,
  mark: true,
  segmentSize: true,
  source: true,
  trafficClass: true,
};

/**
 * Encodes the settings for a packet as control messages, for sendmsg(2). No permission is needed.
 *
 * @param info The settings.
 * @param ipv6 Whether the packet goes to an IPv6 address.
 * @returns The ancillary data.
 * @throws {SyntaxError} If the source is not a numeric address.
 * @throws {TypeError} If a setting is unknown, or the source is of the other family.
 * @throws {RangeError} If a number does not fit its field.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ip.7.html | ip(7)}
 *
 * @example Usage
 * ```ts
 * import { encodePacketInfo } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodePacketInfo({ hopLimit: 3 }, false).length, 24);
 * ```
 */
export function encodePacketInfo(info: OutgoingPacketInfo, ipv6: boolean): Uint8Array<ArrayBuffer> {
  info = checkOptions("send", info, PACKET_INFO);
  const { source, interfaceIndex, hopLimit, trafficClass, segmentSize, mark } = info;
  const level = ipv6 ? C.IPPROTO_IPV6 : C.IPPROTO_IP;
  const messages: ControlMessage[] = [];
  if (source !== undefined || interfaceIndex !== undefined) {
    messages.push(ipv6 ? pktinfo6(source, interfaceIndex) : pktinfo4(source, interfaceIndex));
  }
  if (hopLimit !== undefined) {
    messages.push({ level, type: ipv6 ? C.IPV6_HOPLIMIT : C.IP_TTL, data: encodeInt(hopLimit, "hopLimit") });
  }
  if (trafficClass !== undefined) {
    messages.push({ level, type: ipv6 ? C.IPV6_TCLASS : C.IP_TOS, data: encodeInt(trafficClass, "trafficClass") });
  }
  if (segmentSize !== undefined) {
    messages.push({ level: C.IPPROTO_UDP, type: C.UDP_SEGMENT, data: encodeSegmentSize(segmentSize) });
  }
  if (mark !== undefined) messages.push({ level: C.SOL_SOCKET, type: C.SO_MARK, data: encodeInt(mark, "mark") });
  return encodeControlMessages(messages);
}

/**
 * Decodes the ancillary data of a packet, as recvmsg(2) returned it. No permission is needed.
 *
 * @param control The ancillary data.
 * @param transport The protocol of the ports in it.
 * @returns The information in it.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ip.7.html | ip(7)}
 *
 * @example Usage
 * ```ts
 * import { decodePacketInfo, encodePacketInfo } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodePacketInfo(encodePacketInfo({ hopLimit: 3 }, true)), { hopLimit: 3 });
 * ```
 */
export function decodePacketInfo(control: Uint8Array, transport: NetAddr["transport"] = "udp"): PacketInfo {
  const info: PacketInfo = {};
  for (const message of control?.length === 0 ? [] : decodeControlMessages(control)) {
    const decode = DECODERS.get(message.level)?.get(message.type);
    if (decode !== undefined && message.data.length >= decode.size) {
      const { data } = message;
      Object.assign(info, decode.fields(new DataView(data.buffer, data.byteOffset, data.length), data, transport));
    } else (info.others ??= []).push(message);
  }
  return info;
}

interface Decoder {
  /** The smallest size, in bytes. */
  size: number;
  fields(view: DataView, data: Uint8Array, transport: NetAddr["transport"]): PacketInfo;
}

/** How to decode each control message, by level and type. */
const DECODERS = new Map<number, Map<number, Decoder>>([
  [
    C.IPPROTO_IP,
    new Map([
      // struct in_pktinfo { int ipi_ifindex; struct in_addr ipi_spec_dst; struct in_addr ipi_addr; };
      [C.IP_PKTINFO, {
        size: 12,
        fields: (view, data) => ({
          destination: formatIpv4(data.subarray(8, 12)),
          localAddress: formatIpv4(data.subarray(4, 8)),
          interfaceIndex: view.getInt32(0, HOST_LITTLE_ENDIAN),
        }),
      }],
      [C.IP_TTL, number("hopLimit")],
      [C.IP_TOS, { size: 1, fields: (_, data) => ({ trafficClass: data[0] ?? 0 }) }],
      [C.IP_RECVORIGDSTADDR, addr(16)],
      [C.IP_RECVFRAGSIZE, number("fragmentSize")],
      [C.IP_RECVERR, error()],
    ]),
  ],
  [
    C.IPPROTO_IPV6,
    new Map([
      // struct in6_pktinfo { struct in6_addr ipi6_addr; unsigned int ipi6_ifindex; };
      [C.IPV6_PKTINFO, {
        size: 20,
        fields: (view, data) => ({
          destination: formatIpv6(data.subarray(0, 16)),
          interfaceIndex: view.getInt32(16, HOST_LITTLE_ENDIAN),
        }),
      }],
      [C.IPV6_HOPLIMIT, number("hopLimit")],
      [C.IPV6_TCLASS, number("trafficClass")],
      [C.IPV6_RECVORIGDSTADDR, addr(28)],
      [C.IPV6_RECVFRAGSIZE, number("fragmentSize")],
      [C.IPV6_RECVERR, error()],
      // struct ip6_mtuinfo { struct sockaddr_in6 ip6m_addr; uint32_t ip6m_mtu; };
      [C.IPV6_PATHMTU, { size: 32, fields: (view) => ({ pathMtu: view.getUint32(28, HOST_LITTLE_ENDIAN) }) }],
    ]),
  ],
  [
    C.SOL_SOCKET,
    new Map([
      // struct timeval: seconds, microseconds; struct timespec: seconds, nanoseconds; all of 8 bytes
      [C.SO_TIMESTAMP, { size: 16, fields: (view) => ({ timestamp: nanoseconds(view, 0, 1000n) }) }],
      [C.SO_TIMESTAMPNS, { size: 16, fields: (view) => ({ timestamp: nanoseconds(view, 0, 1n) }) }],
      // struct scm_timestamping { struct timespec ts[3]; }: software, unused, hardware; those not requested are 0
      [C.SO_TIMESTAMPING, {
        size: 48,
        fields: (view) => {
          const [software, hardware] = [nanoseconds(view, 0, 1n), nanoseconds(view, 32, 1n)];
          return {
            ...(software === 0n ? {} : { timestamp: software }),
            ...(hardware === 0n ? {} : { hardwareTimestamp: hardware }),
          };
        },
      }],
      [C.SO_RXQ_OVFL, number("dropped")],
      [C.SO_MARK, number("mark")],
    ]),
  ],
  [C.IPPROTO_UDP, new Map([[C.UDP_GRO, number("segmentSize")]])],
]);

function number(field: "hopLimit" | "trafficClass" | "fragmentSize" | "dropped" | "mark" | "segmentSize"): Decoder {
  return { size: 4, fields: (view) => ({ [field]: view.getUint32(0, HOST_LITTLE_ENDIAN) }) };
}

function addr(size: 16 | 28): Decoder {
  return {
    size,
    fields: (_, data, transport) => ({ originalDestination: decodeInetSockaddr(data.subarray(0, size), transport) }),
  };
}

function error(): Decoder {
  return { size: 16, fields: (_, data) => ({ error: decodeNetworkError(data) }) };
}

function nanoseconds(view: DataView, at: number, unit: bigint): bigint {
  return view.getBigInt64(at, HOST_LITTLE_ENDIAN) * 1_000_000_000n +
    view.getBigInt64(at + 8, HOST_LITTLE_ENDIAN) * unit;
}

function pktinfo4(source = "0.0.0.0", interfaceIndex = 0): ControlMessage {
  const data = new Uint8Array(12);
  data.set(encodeInt(interfaceIndex, "interfaceIndex"));
  data.set(source.includes(":") ? mappedIpv4(source) : parseIpv4(source), 4);
  return { level: C.IPPROTO_IP, type: C.IP_PKTINFO, data };
}

function pktinfo6(source = "::", interfaceIndex?: number): ControlMessage {
  if (!source.includes(":")) throw new TypeError(`Cannot send to an IPv6 address from ${source}`);
  const data = new Uint8Array(20);
  const { bytes, scopeId } = parseIpv6(source);
  data.set(bytes);
  data.set(encodeInt(interfaceIndex ?? scopeId ?? 0, "interfaceIndex"), 16);
  return { level: C.IPPROTO_IPV6, type: C.IPV6_PKTINFO, data };
}

/** The IPv4 address in an address such as `::ffff:192.0.2.1`. */
function mappedIpv4(source: string): Uint8Array {
  const { bytes } = parseIpv6(source);
  if (!isMappedIpv4(bytes)) throw new TypeError(`Cannot send to an IPv4 address from ${source}`);
  return bytes.subarray(12);
}

function encodeSegmentSize(size: number): Uint8Array {
  const data = new Uint8Array(2);
  new DataView(data.buffer).setUint16(0, within("send", "segmentSize", size, 0xffff), HOST_LITTLE_ENDIAN);
  return data;
}

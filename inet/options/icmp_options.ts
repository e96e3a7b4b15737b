import { within } from "../../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import { defineOption, type SocketOption } from "../../socket/option.ts";

// The options of raw ICMP sockets. See raw(7) and RFC 3542.

/** The types of ICMPv6 messages that a raw socket receives; all by default. */
export const ICMP6_FILTER: SocketOption<number[]> = filterOption("IPPROTO_ICMPV6", "ICMP6_FILTER", 256);
/**
 * The types of ICMP messages below 32 that a raw socket receives; all by default. It always receives types from 32 up.
 */
export const ICMP_FILTER: SocketOption<number[]> = filterOption("SOL_RAW", "ICMP_FILTER", 32);

/** An array of 32-bit words in the machine's order, with a bit set for each type to drop. */
function filterOption(
  level: "IPPROTO_ICMPV6" | "SOL_RAW",
  name: "ICMP6_FILTER" | "ICMP_FILTER",
  types: number,
): SocketOption<number[]> {
  const encode = (passing: number[]): Uint8Array => {
    const bytes = new Uint8Array(types / 8).fill(0xff);
    for (const type of passing) {
      within(`set ${name}`, "type", type, types - 1);
      const at = byteOf(type);
      bytes[at] = (bytes[at] ?? 0) & ~(1 << (type & 7));
    }
    return bytes;
  };
  const decode = (bytes: Uint8Array): number[] =>
    Array.from({ length: types }, (_, type) => type).filter((type) =>
      ((bytes[byteOf(type)] ?? 0) >> (type & 7) & 1) === 0
    );
  return defineOption(level, name, types / 8, encode, decode);
}

function byteOf(type: number): number {
  return HOST_LITTLE_ENDIAN ? type >> 3 : type >> 3 ^ 3;
}

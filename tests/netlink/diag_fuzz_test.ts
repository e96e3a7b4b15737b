import { C } from "../../ffi/mod.ts";
import { decodeInetSocket } from "../../netlink/diag/_inet.ts";
import { decodeNetlinkSocket } from "../../netlink/diag/_netlink.ts";
import { decodePacketSocket } from "../../netlink/diag/_packet.ts";
import { decodeSmcSocket } from "../../netlink/diag/_smc.ts";
import { decodeUnixSocket } from "../../netlink/diag/_unix.ts";
import { decodeVsockSocket } from "../../netlink/diag/_vsock.ts";
import { encodeAttribute } from "../../netlink/mod.ts";
import { Random } from "../inet/random.ts";
import { test } from "../runner/mod.ts";
import { fuzz } from "./fuzz.ts";

/** A message: a structure whose first byte is the family, and attributes, some known only by their lengths. */
function message(family: number, size: number, payloads: Record<number, number | Uint8Array>): Uint8Array {
  const head = new Uint8Array(size).fill(1);
  head[0] = family;
  const attributes = Object.entries(payloads).flatMap(([type, payload]) => [
    ...encodeAttribute(Number(type), typeof payload === "number" ? new Uint8Array(payload).fill(0x61) : payload),
  ]);
  return new Uint8Array([...head, ...attributes]);
}

const INET = {
  2: 248,
  3: 16,
  4: 6,
  5: 1,
  6: 1,
  7: 36,
  8: 1,
  11: 1,
  15: 4,
  17: 4,
  19: encodeAttribute(1, "tls"),
  21: 8,
  22: 2,
};
const DECODERS: [name: string, message: Uint8Array, decode: (bytes: Uint8Array) => unknown][] = [
  ["TCP", message(C.AF_INET6, 72, INET), (bytes) => decodeInetSocket("tcp", bytes)],
  ["UDP", message(C.AF_INET, 72, INET), (bytes) => decodeInetSocket("udp", bytes)],
  ["unix", message(C.AF_UNIX, 16, { 0: 20, 1: 8, 2: 4, 3: 12, 4: 8, 5: 36, 6: 1, 7: 4 }), decodeUnixSocket],
  ["packet", message(C.AF_PACKET, 16, { 0: 24, 4: 4, 5: 4, 6: 36 }), decodePacketSocket],
  ["netlink", message(C.AF_NETLINK, 28, { 0: 36, 1: 8, 4: 4 }), decodeNetlinkSocket],
  ["vsock", message(C.AF_VSOCK, 32, { 1: 4 }), decodeVsockSocket],
  ["SMC", message(C.AF_SMC, 64, { 1: 40, 2: 40, 3: 1, 4: 40, 5: 8 }), decodeSmcSocket],
];

for (const [name, bytes, decode] of DECODERS) {
  test(`the decoder of ${name} sockets throws nothing but NetlinkDecodeError, whatever the input`, () => {
    decode(bytes);
    fuzz(new Random(), [bytes], 10_000, decode);
  });
}

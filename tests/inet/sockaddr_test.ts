import {
  DARWIN_SOCKADDR,
  decodeInetSockaddr,
  decodeSockaddr,
  decodeSockaddrIn,
  decodeSockaddrIn6,
  encodeInetSockaddr,
  encodeSockaddr,
  encodeSockaddrIn,
  encodeSockaddrIn6,
  LINUX_SOCKADDR,
  type SockaddrLayout,
} from "../../inet/mod.ts";
import { assertEquals, assertThrows, hex, test } from "../runner/mod.ts";

const LAYOUTS: SockaddrLayout[] = [LINUX_SOCKADDR, DARWIN_SOCKADDR, { ...LINUX_SOCKADDR, littleEndian: false }];
const V4 = { hostname: "192.0.2.1", port: 443 };
const V6 = { hostname: "fe80::1", port: 443, scopeId: 7, flowinfo: 0x12345 };

test("decodeSockaddrIn() refuses every length but 16", () => {
  for (const layout of LAYOUTS) {
    assertEquals(decodeSockaddrIn(encodeSockaddrIn(V4, layout), layout), V4);
    refusesOtherLengths(encodeSockaddrIn(V4, layout), (bytes) => decodeSockaddrIn(bytes, layout));
    refusesOtherLengths(encodeSockaddrIn(V4, layout), (bytes) => decodeInetSockaddr(bytes, "tcp", layout));
  }
});

test("decodeSockaddrIn6() refuses every length but 28", () => {
  for (const layout of LAYOUTS) {
    assertEquals(decodeSockaddrIn6(encodeSockaddrIn6(V6, layout), layout), V6);
    refusesOtherLengths(encodeSockaddrIn6(V6, layout), (bytes) => decodeSockaddrIn6(bytes, layout));
    refusesOtherLengths(encodeSockaddrIn6(V6, layout), (bytes) => decodeInetSockaddr(bytes, "tcp", layout));
  }
});

test("decodeSockaddrIn() and decodeSockaddrIn6() refuse every other family", () => {
  for (const layout of LAYOUTS) {
    for (let family = 0; family <= (layout.hasLengthByte ? 0xff : 0xffff); family++) {
      const [v4, v6] = [
        encodeSockaddr(family, new Uint8Array(14), layout),
        encodeSockaddr(family, new Uint8Array(26), layout),
      ];
      if (family !== layout.AF_INET) throwsQuickly(() => decodeSockaddrIn(v4, layout));
      if (family !== layout.AF_INET6) throwsQuickly(() => decodeSockaddrIn6(v6, layout));
      if (family !== layout.AF_INET && family !== layout.AF_INET6) {
        throwsQuickly(() => decodeInetSockaddr(v4, "tcp", layout));
      }
    }
  }
});

test("decodeInetSockaddr() refuses an sa_len that is not the length", () => {
  for (const addr of [V4, V6]) {
    const bytes = encodeInetSockaddr(addr, DARWIN_SOCKADDR);
    for (let length = 0; length <= 0xff; length++) {
      if (length === bytes.length) continue;
      const wrong = Uint8Array.from(bytes);
      wrong[0] = length;
      assertThrows(() => decodeInetSockaddr(wrong, "tcp", DARWIN_SOCKADDR), RangeError, "sa_len");
    }
  }
});

test("decodeInetSockaddr() reads a view that starts within its buffer", () => {
  for (const addr of [V4, V6]) {
    const bytes = encodeInetSockaddr(addr);
    const buffer = new Uint8Array(200).fill(0xaa);
    buffer.set(bytes, 33);
    const decoded = decodeInetSockaddr(buffer.subarray(33, 33 + bytes.length), "udp");
    buffer.fill(0);
    assertEquals(decoded, { transport: "udp", ...addr });
  }
});

test("encodeSockaddrIn6() puts flowinfo in network order and the scope in host order", () => {
  const zeros = "00".repeat(8);
  const rest = `01bb00012345fe80${zeros.slice(4)}${zeros.slice(2)}01`;
  assertEquals(hex(encodeSockaddrIn6(V6, { ...LINUX_SOCKADDR, littleEndian: true })), `0a00${rest}07000000`);
  assertEquals(hex(encodeSockaddrIn6(V6, { ...LINUX_SOCKADDR, littleEndian: false })), `000a${rest}00000007`);
  assertEquals(hex(encodeSockaddrIn6(V6, DARWIN_SOCKADDR)), `1c1e${rest}07000000`);
});

test("encodeInetSockaddr() refuses host names, and numbers that do not fit", () => {
  for (const hostname of ["", "localhost", "127.1", "1.2.3.4 ", "[::1]", "::1%", ":"]) {
    assertThrows(() => encodeInetSockaddr({ hostname, port: 1 }), SyntaxError, JSON.stringify(hostname));
  }
  for (const value of [-1, 65536, 1.5, NaN, Infinity]) {
    assertThrows(() => encodeInetSockaddr({ ...V4, port: value }), RangeError, `current value is ${value}`);
    assertThrows(() => encodeInetSockaddr({ ...V6, port: value }), RangeError, `current value is ${value}`);
  }
  for (const value of [-1, 2 ** 32, 1.5, NaN]) {
    assertThrows(() => encodeInetSockaddr({ ...V6, scopeId: value }), RangeError, "scopeId");
    assertThrows(() => encodeInetSockaddr({ ...V6, flowinfo: value }), RangeError, "flowinfo");
  }
  // The kernel would drop the bits of the version.
  assertThrows(() => encodeInetSockaddr({ ...V6, flowinfo: 2 ** 28 }), RangeError, "flowinfo must be 0 to 268435455");
  assertEquals(decodeInetSockaddr(encodeInetSockaddr({ ...V6, flowinfo: 2 ** 28 - 1 })).flowinfo, 2 ** 28 - 1);
});

test("encodeSockaddrIn6() takes the scope from the zone, and refuses two that differ", () => {
  const hostname = "fe80::1";
  const expected = encodeSockaddrIn6({ hostname, port: 1, scopeId: 3 });
  assertEquals(encodeSockaddrIn6({ hostname: `${hostname}%3`, port: 1 }), expected);
  assertEquals(encodeSockaddrIn6({ hostname: `${hostname}%3`, port: 1, scopeId: 3 }), expected);
  assertEquals(encodeSockaddrIn6({ hostname: `${hostname}%eth0`, port: 1, scopeId: 3 }), expected);
  assertThrows(() => encodeSockaddrIn6({ hostname: `${hostname}%4`, port: 1, scopeId: 3 }), TypeError, "scopeId");
  assertThrows(() => encodeSockaddrIn6({ hostname: `${hostname}%eth0`, port: 1 }), TypeError, "scopeId");
});

test("decodeSockaddr() returns what was passed to encodeSockaddr(), up to 128 bytes", () => {
  for (const layout of LAYOUTS) {
    for (let length = 0; length <= 126; length++) {
      const data = new Uint8Array(length).fill(length);
      const bytes = encodeSockaddr(43, data, layout);
      assertEquals(bytes.length, 2 + length);
      const decoded = decodeSockaddr(bytes, layout);
      bytes.fill(0); // what was decoded is a copy
      assertEquals(decoded, { family: 43, data });
    }
    assertThrows(() => encodeSockaddr(43, new Uint8Array(127), layout), RangeError, "current length is 129");
    assertThrows(() => decodeSockaddr(new Uint8Array(129), layout), RangeError, "current length is 129");
    assertThrows(() => decodeSockaddr(new Uint8Array(1), layout), RangeError, "current length is 1");
    assertThrows(() => decodeSockaddr(new Uint8Array(0), layout), RangeError, "current length is 0");
    for (const family of [-1, 1.5, NaN, 65536, ...(layout.hasLengthByte ? [256] : [])]) {
      assertThrows(() => encodeSockaddr(family, new Uint8Array(), layout), RangeError, `current value is ${family}`);
    }
  }
});

function refusesOtherLengths(whole: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  const storage = new Uint8Array(140);
  storage.set(whole);
  for (let length = 0; length <= storage.length; length++) {
    if (length !== whole.length) assertThrows(() => decode(storage.subarray(0, length)), RangeError, `${length}`);
  }
}

/** A fast assertThrows(), for many thousand calls. */
function throwsQuickly(fn: () => unknown): void {
  try {
    fn();
  } catch (error) {
    if (error instanceof TypeError) return;
    throw error;
  }
  throw new Error("It did not throw");
}

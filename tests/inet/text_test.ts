import {
  formatIpv4,
  formatIpv6,
  formatNetAddr,
  htonl,
  htons,
  inetAton,
  inetNtoa,
  inetNtop,
  inetPton,
  type NetAddr,
  ntohl,
  ntohs,
  parseIpv4,
  parseIpv6,
  parseNetAddr,
} from "../../inet/mod.ts";
import { assertEquals, assertThrows, test } from "../runner/mod.ts";

test("htons(), htonl(), ntohs() and ntohl() swap only on a little-endian host", () => {
  assertEquals([htons(0x1234, true), htons(0x1234, false)], [0x3412, 0x1234]);
  assertEquals([ntohs(0x1234, true), ntohs(0x1234, false)], [0x3412, 0x1234]);
  assertEquals([htonl(0x12345678, true), htonl(0x12345678, false)], [0x78563412, 0x12345678]);
  assertEquals([ntohl(0x000000ff, true), ntohl(0xff000000, false)], [0xff000000, 0xff000000]);
});

test("htons(), htonl(), ntohs() and ntohl() refuse numbers that do not fit", () => {
  for (const swap of [htons, ntohs, htonl, ntohl]) {
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 32]) {
      assertThrows(() => swap(value), RangeError, `current value is ${value}`);
    }
  }
  for (const swap of [htons, ntohs]) assertThrows(() => swap(65536), RangeError, "65535: current value is 65536");
});

test("inetAton() does not take a NUL for the end of the text", () => {
  assertEquals(inetAton("1.2.3.4\0"), null);
  assertEquals(inetPton(2, "1.2.3.4\0"), null);
});

test("inetPton() and inetNtop() use the family numbers of the layout", () => {
  const darwin = { hasLengthByte: true, littleEndian: true, AF_UNIX: 1, AF_INET: 2, AF_INET6: 30 };
  const bytes = inetPton(30, "::1", darwin);
  assertEquals(bytes?.length, 16);
  assertEquals(inetNtop(30, bytes ?? new Uint8Array(), darwin), "::1");
  assertThrows(() => inetPton(30, "::1"), RangeError, "current value is 30");
  assertThrows(() => inetPton(10, "::1", darwin), RangeError, "current value is 10");
  assertThrows(() => inetNtop(1, new Uint8Array(4)), RangeError, "current value is 1");
});

test("inetNtop() and the formatters refuse wrong lengths", () => {
  for (let length = 0; length <= 20; length++) {
    const bytes = new Uint8Array(length);
    const text = `current length is ${length}`;
    if (length !== 4) { for (const fn of [formatIpv4, inetNtoa]) assertThrows(() => fn(bytes), RangeError, text); }
    if (length !== 4) assertThrows(() => inetNtop(2, bytes), RangeError, text);
    if (length !== 16) assertThrows(() => inetNtop(10, bytes), RangeError, text);
    if (length !== 16) assertThrows(() => formatIpv6(bytes), RangeError, text);
  }
});

test("parseIpv4() refuses what inetAton() takes beyond four decimal numbers", () => {
  assertEquals(parseIpv4("255.0.10.1"), new Uint8Array([255, 0, 10, 1]));
  for (
    const text of ["127.1", "0x7f.0.0.1", "127.0.0.01", "127.0.0.1 ", " 127.0.0.1", "1.2.3", "1.2.3.4.5", "1..2.3", ""]
  ) {
    assertThrows(() => parseIpv4(text), SyntaxError, JSON.stringify(text));
  }
});

test("parseIpv6() refuses ambiguous zones", () => {
  for (const zone of ["", "%", "a%b", "a b", "a/b", "a]", "[a", "a\n", "a\0", "4294967296", "99999999999999999999"]) {
    assertThrows(() => parseIpv6(`fe80::1%${zone}`), SyntaxError, "Cannot parse IPv6 address");
  }
  assertEquals(parseIpv6("fe80::1%4294967295").scopeId, 0xffffffff);
  assertEquals(parseIpv6("fe80::1%1e3").zone, "1e3");
  assertEquals(parseIpv6("fe80::1%0x1").zone, "0x1");
});

test("formatNetAddr() and parseNetAddr() are each other's inverse", () => {
  const pairs: [string, NetAddr][] = [
    ["127.0.0.1:80", { transport: "udp", hostname: "127.0.0.1", port: 80 }],
    ["0.0.0.0:0", { transport: "udp", hostname: "0.0.0.0", port: 0 }],
    ["[::]:65535", { transport: "udp", hostname: "::", port: 65535 }],
    ["[fe80::1%3]:80", { transport: "udp", hostname: "fe80::1", port: 80, scopeId: 3 }],
    ["[fe80::1%eth0]:80", { transport: "udp", hostname: "fe80::1%eth0", port: 80 }],
    ["[::ffff:192.0.2.1]:80", { transport: "udp", hostname: "::ffff:192.0.2.1", port: 80 }],
  ];
  for (const [text, addr] of pairs) {
    assertEquals(parseNetAddr(text, "udp"), addr);
    assertEquals(formatNetAddr(addr), text);
  }
  assertEquals(parseNetAddr("[fe80::1%0]:80"), { transport: "tcp", hostname: "fe80::1", port: 80 });
  assertEquals(formatNetAddr({ hostname: "fe80::1%eth0", port: 80, scopeId: 3 }), "[fe80::1%eth0]:80");
  assertEquals(formatNetAddr({ hostname: "localhost", port: 80 }), "localhost:80");
});

test("parseNetAddr() refuses an unknown transport, such as the index that map() passes", () => {
  assertThrows(() => ["127.0.0.1:80"].map(parseNetAddr as (text: string) => unknown), TypeError, "current value is 0");
});

test("parseNetAddr() refuses what is not a numeric address with a port", () => {
  const hosts = ["127.0.0.1", "127.0.0.1:", ":80", "", "127.1:80", "localhost:80", "::1:80", "[::1]", "[::1]80"];
  const ports = [" 80", "080", "+80", "-0", "65536", "8e1", "0x50", "1.5", "NaN", "Infinity", "80 "];
  for (const text of [...hosts, "[127.0.0.1]:80", "[::1:80", "::1]:80", "[]:80", "[::1%]:80", "[[::1]]:80"]) {
    assertThrows(() => parseNetAddr(text), SyntaxError);
  }
  for (const port of ports) assertThrows(() => parseNetAddr(`127.0.0.1:${port}`), SyntaxError, "address and port");
});

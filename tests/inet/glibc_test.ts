import { htonl, htons, inetAton, inetNtoa, inetNtop, inetPton, ntohl, ntohs } from "../../inet/mod.ts";
import { assert, assertEquals } from "../runner/mod.ts";
import { ipv4Like, ipv6Bytes, ipv6Like } from "./address_texts.ts";
import { cString, type Glibc, testGlibc } from "./glibc.ts";
import { Random } from "./random.ts";

const COUNT = 150_000;
const AF_INET = 2;
const AF_INET6 = 10;

testGlibc("inetAton() answers as glibc on 150,000 texts", (libc) => {
  const answer = new Uint8Array(4);
  const random = new Random();
  comparesTexts(random, () => random.once(8) ? ipv6Like(random) : ipv4Like(random), inetAton, (text) => {
    return libc.inet_aton(text, answer) === 0 ? null : answer;
  });
});

testGlibc("inetPton() answers as glibc on 150,000 IPv4 texts", (libc) => {
  const answer = new Uint8Array(4);
  const random = new Random();
  const parse = (text: string) => inetPton(AF_INET, text);
  comparesTexts(random, () => random.once(8) ? ipv6Like(random) : ipv4Like(random), parse, (text) => {
    return libc.inet_pton(AF_INET, text, answer) === 1 ? answer : null;
  });
});

testGlibc("inetPton() answers as glibc on 150,000 IPv6 texts", (libc) => {
  const answer = new Uint8Array(16);
  const random = new Random();
  const parse = (text: string) => inetPton(AF_INET6, text);
  comparesTexts(random, () => random.once(20) ? ipv4Like(random) : ipv6Like(random), parse, (text) => {
    return libc.inet_pton(AF_INET6, text, answer) === 1 ? answer : null;
  });
});

testGlibc("inetPton() answers as glibc on every text of up to 8 of the characters 0 1 : .", (libc) => {
  const answer = new Uint8Array(16);
  for (let length = 0; length <= 8; length++) {
    for (let number = 0; number < 4 ** length; number++) {
      let text = "";
      for (let i = 0; i < length; i++) text += "01:."[number >> (2 * i) & 3];
      for (const [family, size] of [[AF_INET, 4], [AF_INET6, 16]] as const) {
        const expected = libc.inet_pton(family, cString(text), answer) === 1 ? hex(answer.subarray(0, size)) : null;
        assertEquals(hex(inetPton(family, text)), expected, text);
      }
      assertEquals(
        hex(inetAton(text)),
        libc.inet_aton(cString(text), answer) ? hex(answer.subarray(0, 4)) : null,
        text,
      );
    }
  }
});

testGlibc("inetNtop() writes what glibc writes for 150,000 IPv6 addresses", (libc) => {
  const random = new Random();
  for (let i = 0; i < COUNT; i++) {
    const bytes = ipv6Bytes(random);
    const expected = ntop(libc, AF_INET6, bytes);
    if (inetNtop(AF_INET6, bytes) !== expected) assertEquals(inetNtop(AF_INET6, bytes), expected);
  }
});

testGlibc("inetNtop() writes what glibc writes for every pattern of zero groups", (libc) => {
  for (let pattern = 0; pattern < 3 ** 8; pattern++) {
    const bytes = new Uint8Array(16);
    for (let i = 0, rest = pattern; i < 8; i++, rest = Math.floor(rest / 3)) {
      new DataView(bytes.buffer).setUint16(2 * i, [0, 1, 0xffff][rest % 3] ?? 0, false);
    }
    assertEquals(inetNtop(AF_INET6, bytes), ntop(libc, AF_INET6, bytes));
    assertEquals(inetPton(AF_INET6, inetNtop(AF_INET6, bytes)), bytes);
  }
});

testGlibc("inetNtop() and inetNtoa() write what glibc writes for 150,000 IPv4 addresses", (libc) => {
  const random = new Random();
  for (let i = 0; i < COUNT; i++) {
    const bytes = new Uint8Array(random.list(4, () => random.below(256)));
    const pointer = libc.inet_ntoa(bytes);
    assert(pointer !== null);
    const expected = Deno.UnsafePointerView.getCString(pointer);
    if (inetNtoa(bytes) !== expected) assertEquals(inetNtoa(bytes), expected);
    if (inetNtop(AF_INET, bytes) !== expected) assertEquals(inetNtop(AF_INET, bytes), expected);
  }
});

testGlibc("htons() and ntohs() answer as glibc on every number", (libc) => {
  for (let value = 0; value <= 0xffff; value++) {
    if (htons(value) !== libc.htons(value)) assertEquals(htons(value), libc.htons(value));
    if (ntohs(value) !== libc.ntohs(value)) assertEquals(ntohs(value), libc.ntohs(value));
  }
});

testGlibc("htonl() and ntohl() answer as glibc on 150,000 numbers", (libc) => {
  const random = new Random();
  const values = [0, 1, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xffffffff];
  for (const value of [...values, ...random.list(COUNT, () => random.below(2 ** 32))]) {
    if (htonl(value) !== libc.htonl(value)) assertEquals(htonl(value), libc.htonl(value));
    if (ntohl(value) !== libc.ntohl(value)) assertEquals(ntohl(value), libc.ntohl(value));
  }
});

/** Fails on the first text for which the two differ, or if nearly all texts are valid or invalid. */
function comparesTexts(
  random: Random,
  make: () => string,
  parse: (text: string) => Uint8Array | null,
  expect: (text: Uint8Array<ArrayBuffer>) => Uint8Array | null,
): void {
  let taken = 0;
  for (let i = 0; i < COUNT; i++) {
    const text = make();
    const expected = hex(expect(cString(text)));
    const actual = hex(parse(text));
    if (actual !== expected) assertEquals(actual, expected, `${JSON.stringify(text)} (seed ${random.seed})`);
    if (expected !== null) taken++;
  }
  console.log(`${taken} of ${COUNT} are addresses`);
  assert(
    taken > COUNT / 5 && taken < COUNT * 4 / 5,
    `${taken} of ${COUNT} texts are addresses: too one-sided to prove`,
  );
}

function ntop(libc: Glibc, family: number, bytes: Uint8Array<ArrayBuffer>): string {
  const text = new Uint8Array(46); // INET6_ADDRSTRLEN
  assert(libc.inet_ntop(family, bytes, text, text.length) !== null);
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : bytes.toHex();
}

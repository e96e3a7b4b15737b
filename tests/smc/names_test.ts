import { describeFallback } from "../../smc/fallback.ts";
import { smcFallbackReason, smcFallbackReasons } from "../../smc/mod.ts";
import { encodeUeid } from "../../smc/netlink/_eid.ts";
import { encodeSmcPnet } from "../../smc/netlink/pnet.ts";
import { assert, assertEquals, assertMatch, assertThrows, test } from "../runner/mod.ts";

test("smcFallbackReasons() has a unique name, a meaning and advice for each code", () => {
  const reasons = smcFallbackReasons();
  for (const { code, name, meaning, advice } of reasons) {
    assertMatch(name, /^[A-Z][A-Z0-9_]+$/);
    assert(meaning.length > 10 && advice.length > 10, name);
    assertEquals(smcFallbackReason(code).name, name);
  }
  assertEquals(new Set(reasons.map(({ name }) => name)).size, reasons.length);
  assertEquals(new Set(reasons.map(({ code }) => code)).size, reasons.length);
});

test("smcFallbackReason() shows an unknown code in hexadecimal", () => {
  assertEquals(smcFallbackReason(0x0000abcd).name, "0x0000abcd");
  assertEquals(describeFallback(0xfedcba98, 0).reason, "0xfedcba98: Linux does not define this code");
});

test("describeFallback() refers to the peer if only the peer knows why", () => {
  const { advice } = smcFallbackReason(0x03030008);
  assertEquals(describeFallback(0x05000000, 0x03030008).advice, `On the peer: ${advice}`);
  assertEquals(describeFallback(0x03010000, 0).peerReason, undefined);
});

test("encodeUeid() pads to 32 bytes and refuses what the kernel would refuse", () => {
  const bytes = encodeUeid("ABC.1-2");
  assertEquals(new TextDecoder().decode(bytes.subarray(4, 37)), `${"ABC.1-2".padEnd(32)}\0`);
  for (const ueid of ["", "abc", " A", ".A", "A..B", "A".repeat(33), "A B", "A\0"]) {
    assertThrows(() => encodeUeid(ueid), SyntaxError);
  }
});

test("encodeSmcPnet() refuses names and ports that the kernel would refuse or cut off", () => {
  for (const pnetId of ["", "A B", "A".repeat(17), "Ä"]) {
    assertThrows(() => encodeSmcPnet({ pnetId, interfaceName: "lo" }), SyntaxError);
  }
  assertThrows(() => encodeSmcPnet({ pnetId: "A", interfaceName: "x".repeat(16) }), SyntaxError);
  assertThrows(() => encodeSmcPnet({ pnetId: "A", device: "" }), SyntaxError);
  assertThrows(() => encodeSmcPnet({ pnetId: "A", device: "rxe0", port: 3 }), RangeError);
});

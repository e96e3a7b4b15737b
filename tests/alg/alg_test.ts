import { createCipheriv, createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { AlgAead, AlgCipher, algHash, algRandom, encodeSockaddrAlg } from "../../alg/mod.ts";
import { C } from "../../ffi/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, assertThrows, hex, test } from "../runner/mod.ts";

const guestTest = guestTests(guestHas(C.AF_ALG, C.SOCK_SEQPACKET));
const bytes = (length: number, factor = 7): Uint8Array => Uint8Array.from({ length }, (_, i) => i * factor + (i >> 8));

test(
  "encodeSockaddrAlg() encodes as C does, and refuses names that do not fit",
  { needs: ["write", "cc"] },
  async () => {
    const program = await compileC(`#include <stdio.h>
#include <sys/socket.h>
#include <linux/if_alg.h>
int main(void) {
  struct sockaddr_alg addr = { .salg_family = AF_ALG, .salg_type = "skcipher", .salg_name = "cbc(aes)" };
  for (unsigned i = 0; i < sizeof addr; i++) printf("%02x", ((unsigned char *)&addr)[i]);
}`);
    assertEquals(hex(encodeSockaddrAlg({ type: "skcipher", name: "cbc(aes)" })), await runProgram(program, []));
    for (const name of ["", "x".repeat(64), "a\0b"]) {
      assertThrows(() => encodeSockaddrAlg({ type: "hash", name }), RangeError, "1 to 63 bytes");
    }
  },
);

guestTest("algHash() gives what node:crypto gives, for any length and in parts", { needs: [] }, async () => {
  for (const length of [0, 1, 1000, 300_000]) {
    const data = bytes(length);
    assertEquals(hex(await algHash("sha256", data)), createHash("sha256").update(data).digest("hex"));
  }
  const parts = [bytes(10), new Uint8Array(0), bytes(100_000), bytes(3)];
  const whole = createHash("sha512");
  for (const part of parts) whole.update(part);
  assertEquals(hex(await algHash("sha512", parts)), whole.digest("hex"));
  const key = bytes(20);
  const hmac = createHmac("sha256", key).update(bytes(100)).digest("hex");
  assertEquals(hex(await algHash("hmac(sha256)", bytes(100), { key })), hmac);
  const error = await assertRejects(() => algHash("nosuch", bytes(1)));
  assertEquals((error as { code?: string }).code, "ENOENT");
  await assertRejects(() => algHash("hmac(sha256)", bytes(1)), Error, "ENOKEY");
  await assertRejects(() => algHash("sha256", [1, 2] as unknown as Uint8Array), TypeError, "not a Uint8Array");
});

guestTest("AlgCipher encrypts as node:crypto does, and decrypts it", { needs: [] }, async () => {
  const [key, iv] = [bytes(32), bytes(16, 3)];
  for (const [name, theirs] of [["cbc(aes)", "aes-256-cbc"], ["ctr(aes)", "aes-256-ctr"]] as const) {
    using cipher = AlgCipher.open(name, key);
    for (const length of [16, 1600, 160_000]) {
      const expected = createCipheriv(theirs, key, iv).setAutoPadding(false).update(bytes(length));
      const secret = await cipher.encrypt(bytes(length), iv);
      assertEquals(hex(secret), expected.toString("hex"));
      assertEquals(await cipher.decrypt(secret, iv), bytes(length));
    }
  }
  using xts = AlgCipher.open("xts(aes)", bytes(64));
  for (const length of [16, 40_000, 65_536]) {
    const secret = await xts.encrypt(bytes(length), iv);
    assertEquals(hex(secret), hex(encryptXts(bytes(64), iv, bytes(length))));
    assertEquals(await xts.decrypt(secret, iv), bytes(length));
  }
  await assertRejects(() => xts.encrypt(bytes(65_552), iv), RangeError, "current value is 65552");
  using cipher = AlgCipher.open("cbc(aes)", key);
  await assertRejects(() => cipher.encrypt(bytes(15), iv), Error, "EINVAL");
  assertThrows(() => AlgCipher.open("cbc(aes)", bytes(5)), Error, "EINVAL");
});

/** AES-256-XTS of whole blocks (IEEE 1619), which Deno's node:crypto lacks. */
function encryptXts(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const ecb = (key: Uint8Array, data: Uint8Array): Uint8Array =>
    createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(data);
  const tweaks = new Uint8Array(data.length);
  let tweak = ecb(key.subarray(32), iv);
  for (let at = 0; at < data.length; at += 16) {
    tweaks.set(tweak, at);
    const last = tweak;
    tweak = last.map((byte, i) => byte << 1 | (last[i - 1] ?? 0) >> 7); // times x, in GF(2^128)
    if ((last[15] ?? 0) > 127) tweak[0] = (tweak[0] ?? 0) ^ 0x87;
  }
  const tweaked = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => byte ^ (tweaks[i] ?? 0));
  return tweaked(ecb(key.subarray(0, 32), tweaked(data)));
}

guestTest("AlgAead seals as node:crypto does, and tells of tampering", { needs: [] }, async () => {
  const [key, iv, associatedData] = [bytes(16), bytes(12, 3), bytes(20, 5)];
  using gcm = AlgAead.open("gcm(aes)", key, { tagLength: 16 });
  for (const length of [0, 1, 1000, 60_000]) {
    const theirs = createCipheriv("aes-128-gcm", key, iv).setAAD(associatedData);
    const expected = theirs.update(bytes(length)).toString("hex") + theirs.final("hex") +
      theirs.getAuthTag().toString("hex");
    const sealed = await gcm.encrypt(bytes(length), { iv, associatedData });
    assertEquals(hex(sealed), expected);
    assertEquals(await gcm.decrypt(sealed, { iv, associatedData }), bytes(length));
    sealed[0] = (sealed[0] ?? 0) ^ 1;
    await assertRejects(() => gcm.decrypt(sealed, { iv, associatedData }), Error, "EBADMSG");
  }
  await assertRejects(() => gcm.encrypt(bytes(65_530), { iv }), RangeError, "bytes of the result");
});

guestTest(
  "algRandom() gives other bytes each time; /proc/crypto lists what is open to us",
  { needs: ["read"] },
  async () => {
    const [one, other] = [await algRandom("stdrng", 300), await algRandom("stdrng", 300)];
    assertEquals([one.length, other.length], [300, 300]);
    assert(hex(one) !== hex(other));
    const listed = readFileSync("/proc/crypto", "utf8");
    for (const name of ["sha256", "cbc(aes)", "gcm(aes)", "stdrng"]) assert(listed.includes(`: ${name}\n`), name);
  },
);

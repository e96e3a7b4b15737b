import {
  type ControlMessage,
  controlMessageSpace,
  decodeControlMessages,
  encodeControlMessages,
} from "@berkeley/sockets/socket";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertThrows, hex, test } from "../runner/mod.ts";

const SAMPLE: ControlMessage[] = [
  { level: 1, type: 1, data: Uint8Array.of(1, 2, 3, 4) },
  { level: 41, type: 50, data: new Uint8Array(20).fill(7) },
  { level: -1, type: 0x7fffffff, data: new Uint8Array(0) },
  { level: 0, type: 8, data: Uint8Array.of(9) },
];

/** Walks with the C library's own macros, and prints each message; `w` writes the sample with them instead. */
const PROBE = `
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
int main(int argc, char **argv) {
  (void)argv;
  static union { char bytes[4096]; struct cmsghdr align; } control;
  struct msghdr m; memset(&m, 0, sizeof m);
  m.msg_control = control.bytes;
  if (argc > 1) {
    int levels[] = {1, 41, -1, 0}, types[] = {1, 50, 0x7fffffff, 8}, lengths[] = {4, 20, 0, 1};
    m.msg_controllen = sizeof control.bytes;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    size_t size = 0;
    for (int i = 0; i < 4; i++, c = CMSG_NXTHDR(&m, c)) {
      c->cmsg_len = CMSG_LEN(lengths[i]); c->cmsg_level = levels[i]; c->cmsg_type = types[i];
      for (int j = 0; j < lengths[i]; j++) CMSG_DATA(c)[j] = i == 0 ? j + 1 : i == 1 ? 7 : 9;
      size += CMSG_SPACE(lengths[i]);
    }
    for (size_t i = 0; i < size; i++) printf("%02x", (unsigned char)control.bytes[i]);
    return 0;
  }
  unsigned byte;
  while (scanf("%2x", &byte) == 1) control.bytes[m.msg_controllen++] = byte;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    printf("%d %d ", c->cmsg_level, c->cmsg_type);
    for (size_t i = 0; i < c->cmsg_len - CMSG_LEN(0); i++) printf("%02x", CMSG_DATA(c)[i]);
    printf("\\n");
  }
  return 0;
}`;

test("controlMessageSpace() equals Python's CMSG_SPACE", { needs: ["python3"] }, async () => {
  const program = "import socket; print(*[socket.CMSG_SPACE(n) for n in range(300)])";
  const sizes = (await runProgram("python3", ["-c", program])).trim().split(" ").map(Number);
  assertEquals(sizes, Array.from({ length: 300 }, (_, n) => controlMessageSpace(n)));
});

test("encodeControlMessages() encodes as C's macros do", { needs: ["write", "cc"] }, async () => {
  assertEquals(hex(encodeControlMessages(SAMPLE)), await runProgram(await compileC(PROBE), ["w"]));
});

test("C's macros read what encodeControlMessages() encodes", { needs: ["write", "cc"] }, async () => {
  const read = await runProgram(await compileC(PROBE), [], hex(encodeControlMessages(SAMPLE)));
  assertEquals(read, SAMPLE.map(({ level, type, data }) => `${level} ${type} ${hex(data)}\n`).join(""));
});

test("encodeControlMessages() rejects a level or a type that is not an int", () => {
  for (const bad of [2 ** 31, 0.5, NaN, -(2 ** 31) - 1]) {
    assertThrows(() => encodeControlMessages([{ level: bad, type: 0, data: new Uint8Array(0) }]), RangeError, "level");
    assertThrows(() => encodeControlMessages([{ level: 0, type: bad, data: new Uint8Array(0) }]), RangeError, "type");
  }
});

test("decodeControlMessages() returns what was encoded, at any offset of a buffer", () => {
  const encoded = encodeControlMessages(SAMPLE);
  for (const offset of [0, 1, 5, 8]) {
    const buffer = new Uint8Array(offset + encoded.length);
    buffer.set(encoded, offset);
    assertEquals(decodeControlMessages(buffer.subarray(offset)).map(plain), SAMPLE.map(plain));
  }
  assertEquals(decodeControlMessages(new Uint8Array(0)), []);
});

test("decodeControlMessages() keeps whole messages and cuts the last one at every length", () => {
  const encoded = encodeControlMessages(SAMPLE);
  const starts = [0, 24, 64, 80];
  for (let length = 0; length <= encoded.length; length++) {
    const decoded = decodeControlMessages(encoded.subarray(0, length));
    assertEquals(decoded.length, starts.filter((start) => start + 16 <= length).length, `at ${length}`);
    for (const [i, message] of decoded.entries()) {
      const whole = SAMPLE[i]?.data ?? new Uint8Array(0);
      const there = Math.min(whole.length, length - (starts[i] ?? 0) - 16);
      assertEquals(plain(message).data, hex(whole.slice(0, there)), `at ${length}`);
    }
  }
});

test("decodeControlMessages() survives every wrong length", () => {
  const lies = [0n, 1n, 15n, 16n, 17n, 25n, 96n, 97n, 0x7fffffffn, 0x100000000n, 2n ** 63n, 2n ** 64n - 1n];
  for (const at of [0, 24, 64, 80]) {
    for (const lie of lies) {
      const bytes = encodeControlMessages(SAMPLE);
      new DataView(bytes.buffer).setBigUint64(at, lie, true);
      const decoded = decodeControlMessages(bytes);
      assert(decoded.length <= bytes.length / 16);
      for (const { data } of decoded) assert(data.byteOffset + data.length <= bytes.length);
    }
  }
});

test("decodeControlMessages() survives random bytes", () => {
  for (let round = 0; round < 20_000; round++) {
    const bytes = crypto.getRandomValues(new Uint8Array(round % 120));
    if (bytes.length >= 8) bytes.fill(0, 1, 8); // a random 64-bit length is always too long
    let total = 0;
    for (const { data } of decodeControlMessages(bytes)) total += 16 + data.length;
    assert(total <= bytes.length);
  }
});

function plain({ level, type, data }: ControlMessage): { level: number; type: number; data: string } {
  return { level, type, data: hex(data) };
}

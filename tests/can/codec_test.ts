import {
  decodeBcmMessage,
  decodeCanFrame,
  decodeSockaddrCan,
  encodeBcmMessage,
  encodeCanFrame,
  encodeSockaddrCan,
} from "../../can/mod.ts";
import { C } from "../../ffi/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertThrows, hex, test } from "../runner/mod.ts";

test("the CAN structures are those of C", { needs: ["write", "cc"] }, async () => {
  const program = await compileC(`#include <stdio.h>
#include <sys/socket.h>
#include <linux/can.h>
#include <linux/can/bcm.h>
static void show(const void *of, unsigned size) {
  for (unsigned i = 0; i < size; i++) printf("%02x", ((const unsigned char *)of)[i]);
  puts("");
}
int main(void) {
  struct can_frame classic = { .can_id = 0x12345678 | CAN_EFF_FLAG, .len = 3, .data = { 1, 2, 3 } };
  struct canfd_frame fd = { .can_id = 0x123, .len = 12, .flags = CANFD_FDF | CANFD_BRS, .data = { [8] = 9 } };
  struct sockaddr_can isotp = { .can_family = AF_CAN, .can_ifindex = 5, .can_addr.tp = { 0x7e8, 0x7e0 } };
  struct sockaddr_can j1939 = { .can_family = AF_CAN, .can_ifindex = 5, .can_addr.j1939 = { 0x1122334455667788, 0x12300, 0x20 } };
  struct { struct bcm_msg_head head; struct can_frame frame; } bcm = {
    { .opcode = TX_SETUP, .flags = SETTIMER, .count = 4, .ival1 = { 1, 500000 }, .ival2 = { 0, 10000 }, .can_id = 0x12345678 | CAN_EFF_FLAG, .nframes = 1 },
    classic,
  };
  show(&classic, sizeof classic);
  show(&fd, sizeof fd);
  show(&isotp, sizeof isotp);
  show(&j1939, sizeof j1939);
  show(&bcm, sizeof bcm);
}`);
  const classic = { id: 0x12345678, data: Uint8Array.of(1, 2, 3) };
  const ours = [
    encodeCanFrame(classic),
    encodeCanFrame({ id: 0x123, data: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 9), bitRateSwitch: true }),
    encodeSockaddrCan({ interfaceIndex: 5, isotp: { rxId: 0x7e8, txId: 0x7e0 } }),
    encodeSockaddrCan({ interfaceIndex: 5, j1939: { name: 0x1122334455667788n, pgn: 0x12300, address: 0x20 } }),
    encodeBcmMessage({
      opcode: C.TX_SETUP,
      flags: C.SETTIMER,
      count: 4,
      interval1: 1_500_000,
      interval2: 10_000,
      id: classic.id,
      frames: [classic],
    }),
  ];
  assertEquals(ours.map(hex), (await runProgram(program, [])).trim().split("\n"));
  assertEquals(decodeSockaddrCan(ours[3] as Uint8Array).j1939, {
    name: 0x1122334455667788n,
    pgn: 0x12300,
    address: 0x20,
  });
  const message = decodeBcmMessage(ours[4] as Uint8Array);
  assertEquals([message.interval1, message.interval2, message.id, message.frames.length], [1.5e6, 1e4, classic.id, 1]);
});

test("encodeCanFrame() pads CAN FD to a valid length, and refuses invalid frames", () => {
  const lengths = [0, 8, 9, 12, 13, 17, 21, 25, 33, 49, 64];
  const frames = lengths.map((length) =>
    decodeCanFrame(encodeCanFrame({ id: 1, data: new Uint8Array(length), fd: true }))
  );
  assertEquals(frames.map((frame) => frame.data.length), [0, 8, 12, 12, 16, 20, 24, 32, 48, 64, 64]);
  const data = new Uint8Array(0);
  assertThrows(() => encodeCanFrame({ id: 1, data: new Uint8Array(65) }), RangeError, "length of the data");
  assertThrows(() => encodeCanFrame({ id: 1, data: new Uint8Array(9), fd: false }), RangeError, "length of the data");
  assertThrows(() => encodeCanFrame({ id: 2 ** 29, data }), RangeError, "identifier");
  assertThrows(() => encodeCanFrame({ id: 0x800, data, extended: false }), RangeError, "identifier");
  assertThrows(() => encodeCanFrame({ id: 1, data, fd: true, remote: true }), TypeError, "remote");
});

test("a structure that is cut off is refused, at every length", () => {
  const message = encodeBcmMessage({ opcode: 1, id: 1, frames: [{ id: 1, data: new Uint8Array(8) }] });
  for (let length = 0; length < message.length; length++) {
    assertThrows(() => decodeBcmMessage(message.subarray(0, length)), RangeError);
    if (length !== 16) assertThrows(() => decodeCanFrame(new Uint8Array(length)), RangeError);
    if (length < 8) assertThrows(() => decodeSockaddrCan(new Uint8Array(length)), RangeError);
  }
  assertThrows(() => decodeCanFrame(new Uint8Array(16).fill(9)), RangeError);
});

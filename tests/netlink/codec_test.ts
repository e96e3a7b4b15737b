import {
  Attributes,
  decodeAnswer,
  decodeFamily,
  decodeGeneric,
  decodeInetDiagMessage,
  decodeMessages,
  encodeAttribute,
  encodeGeneric,
  encodeInetDiagRequest,
  encodeMessage,
  NetlinkDecodeError,
  NL,
  SOCK_DIAG_ID_SIZE,
} from "../../netlink/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertThrows, fromHex, type Need, test } from "../runner/mod.ts";

const needs: Need[] = ["write", "cc"];

async function probe(): Promise<Record<string, number> & { message: string }> {
  return JSON.parse(await runProgram(await compileC(new URL("netlink_probe.c", import.meta.url))));
}

test("NL has the values of the C headers", { needs }, async () => {
  const measured = await probe();
  // SOL_NETLINK is from the C library, not from the kernel.
  const { SOL_NETLINK: _, ...constants } = NL;
  for (const [name, value] of Object.entries(constants)) assertEquals(measured[name], value, name);
});

test("the sizes and offsets of the netlink structures are those of C", { needs }, async () => {
  const measured = await probe();
  const sizes = Object.fromEntries(Object.entries(measured).filter(([name]) => /sizeof|\./.test(name)));
  assertEquals(sizes, {
    "sizeof nlmsghdr": encodeMessage({ type: 0, payload: new Uint8Array() }).length,
    "sizeof nlattr": encodeAttribute(0, new Uint8Array()).length,
    "sizeof genlmsghdr": encodeGeneric(0).length,
    "sizeof nlmsgerr": 20,
    "sizeof inet_diag_sockid": SOCK_DIAG_ID_SIZE,
    "sizeof inet_diag_req_v2": encodeInetDiagRequest(2, 6).length,
    "sizeof inet_diag_msg": 72,
    "nlmsghdr.nlmsg_type": 4,
    "nlmsghdr.nlmsg_flags": 6,
    "nlmsghdr.nlmsg_seq": 8,
    "nlmsghdr.nlmsg_pid": 12,
    "inet_diag_msg.id": 4,
    "inet_diag_msg.idiag_uid": 64,
    "inet_diag_msg.idiag_inode": 68,
    "inet_diag_req_v2.idiag_states": 4,
    "inet_diag_sockid.idiag_dport": 2,
    "inet_diag_sockid.idiag_src": 4,
    "inet_diag_sockid.idiag_dst": 20,
    "inet_diag_sockid.idiag_if": 36,
    "inet_diag_sockid.idiag_cookie": 40,
  });
});

test("encodeMessage() writes the bytes that C writes, and decodeMessages() reads them", { needs }, async () => {
  const expected = fromHex((await probe()).message);
  const payload = encodeGeneric(3, [
    encodeAttribute(1, new Uint8Array([7])),
    encodeAttribute(2, [
      encodeAttribute(3, new Uint8Array([0x34, 0x12])),
      encodeAttribute(4, "text"),
      encodeAttribute(5, new Uint8Array([0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01])),
    ]),
    encodeAttribute(6, new Uint8Array([0xef, 0xcd, 0xab, 0x89])),
  ], 2);
  const flags = NL.NLM_F_REQUEST | NL.NLM_F_DUMP;
  assertEquals(encodeMessage({ type: 0x21, flags, seq: 0x01020304, port: 0x0a0b0c0d, payload }), expected);
  const [message] = decodeMessages(expected);
  if (message === undefined) throw new Error("no message");
  assertEquals({ ...message, payload: undefined }, {
    type: 0x21,
    flags,
    seq: 0x01020304,
    port: 0x0a0b0c0d,
    payload: undefined,
  });
  const { command, version, attributes } = decodeGeneric(message.payload);
  assertEquals([command, version, attributes.types], [3, 2, [1, 2, 6]]);
  assertEquals(attributes.u8(1), 7);
  assertEquals(attributes.u32(6), 0x89abcdef);
  assertEquals(attributes.uint(6), 0x89abcdefn);
  const nested = attributes.nested(2);
  assertEquals([nested?.u16(3), nested?.text(4), nested?.u64(5)], [0x1234, "text", 0x0123456789abcdefn]);
  assertEquals(nested?.uint(5), 0x0123456789abcdefn);
});

test("decodeMessages() splits consecutive aligned messages", () => {
  const first = encodeMessage({ type: 16, payload: new Uint8Array([1]) });
  const second = encodeMessage({ type: 17, payload: new Uint8Array([2, 3]) });
  const bytes = new Uint8Array([...first, 0, 0, 0, ...second]);
  assertEquals(decodeMessages(bytes).map(({ type, payload }) => [type, ...payload]), [[16, 1], [17, 2, 3]]);
  assertEquals(decodeMessages(new Uint8Array()), []);
});

test("decodeMessages() refuses every truncated message, and every wrong length", () => {
  const bytes = encodeMessage({ type: 16, payload: new Uint8Array([1, 2, 3, 4]) });
  for (let length = 1; length < bytes.length; length++) {
    assertThrows(() => decodeMessages(bytes.subarray(0, length)), NetlinkDecodeError);
  }
  for (const length of [0, 15, 21, 0x7fffffff, 0xffffffff]) {
    const lying = bytes.slice();
    new DataView(lying.buffer).setUint32(0, length, true);
    assertThrows(() => decodeMessages(lying), NetlinkDecodeError);
  }
});

test("Attributes refuses every truncated attribute, and every wrong length", () => {
  const bytes = encodeAttribute(1, new Uint8Array([1, 2, 3, 4]));
  for (let length = 1; length < bytes.length; length++) {
    assertThrows(() => new Attributes(bytes.subarray(0, length)), NetlinkDecodeError);
  }
  for (const length of [0, 3, 9, 0xffff]) {
    const lying = bytes.slice();
    new DataView(lying.buffer).setUint16(0, length, true);
    assertThrows(() => new Attributes(lying), NetlinkDecodeError);
  }
});

test("Attributes refuses a value of a wrong length, and an invalid nest", () => {
  const attributes = new Attributes(encodeAttribute(1, new Uint8Array([1, 2, 3])));
  for (const read of ["u8", "u16", "u32", "u64", "uint", "nested"] as const) {
    assertThrows(() => attributes[read](1), NetlinkDecodeError);
    assertEquals(attributes[read](2), undefined);
  }
  assertEquals(attributes.text(1), "\x01\x02\x03");
  assertEquals([attributes.text(2), attributes.bytes(2)], [undefined, undefined]);
});

test("encodeAttribute() refuses a value that is longer than its length can say", () => {
  assertEquals(encodeAttribute(1, new Uint8Array(0xfffb)).length, 0x10000);
  assertThrows(() => encodeAttribute(1, new Uint8Array(0xfffc)), RangeError);
});

test("decodeAnswer() reads the number, message and offset of an error, capped or complete", () => {
  const request = encodeMessage({ type: 16, payload: new Uint8Array([1, 2, 3]) });
  const errno = new Uint8Array([0xea, 0xff, 0xff, 0xff]);
  const words = [...encodeAttribute(1, "No such thing"), ...encodeAttribute(2, new Uint8Array([24, 0, 0, 0]))];
  const common = { type: NL.NLMSG_ERROR, seq: 1, port: 0 };
  const expected = { errno: 22, text: "No such thing", offset: 24 };
  const capped = new Uint8Array([...errno, ...request.subarray(0, 16), ...words]);
  const whole = new Uint8Array([...errno, ...request, 0, ...words]);
  assertEquals(decodeAnswer({ ...common, flags: NL.NLM_F_CAPPED | NL.NLM_F_ACK_TLVS, payload: capped }), expected);
  assertEquals(decodeAnswer({ ...common, flags: NL.NLM_F_ACK_TLVS, payload: whole }), expected);
  assertEquals(decodeAnswer({ ...common, flags: 0, payload: whole }), { errno: 22 });
  assertEquals(decodeAnswer({ ...common, type: NL.NLMSG_DONE, flags: 0, payload: new Uint8Array(4) }), { errno: 0 });
  assertThrows(() => decodeAnswer({ ...common, flags: 0, payload: errno }), NetlinkDecodeError);
  assertThrows(() => decodeAnswer({ ...common, type: 16, flags: 0, payload: whole }), NetlinkDecodeError);
});

test("decodeInetDiagMessage() refuses a message that is cut off", () => {
  for (let length = 0; length < 72; length++) {
    assertThrows(() => decodeInetDiagMessage(new Uint8Array(length)), NetlinkDecodeError);
  }
});

test("decodeGeneric() and decodeFamily() refuse truncated messages, and a family without an id", () => {
  for (let length = 0; length < 4; length++) {
    assertThrows(() => decodeGeneric(new Uint8Array(length)), NetlinkDecodeError, `current length is ${length}`);
  }
  assertEquals(decodeGeneric(new Uint8Array([3, 1, 0, 0])).command, 3);
  const nameless = encodeGeneric(1, [encodeAttribute(NL.CTRL_ATTR_FAMILY_NAME, "nlctrl")]);
  assertThrows(() => decodeFamily(nameless), NetlinkDecodeError, "it has no id");
});

test("the encoders refuse numbers that do not fit their fields, and values that are not a Uint8Array", () => {
  const payload = new Uint8Array();
  for (const wrong of [-1, 0.5, NaN, 2 ** 32, "1" as never, 1n as never, null as never]) {
    assertThrows(() => encodeMessage({ type: wrong, payload }), RangeError, "type must be 0 to 65535");
    assertThrows(() => encodeMessage({ type: 1, flags: wrong, payload }), RangeError, "flags");
    assertThrows(() => encodeMessage({ type: 1, seq: wrong, payload }), RangeError, "seq");
    assertThrows(() => encodeMessage({ type: 1, port: wrong, payload }), RangeError, "port");
    assertThrows(() => encodeAttribute(wrong, payload), RangeError, "type");
    assertThrows(() => encodeGeneric(wrong), RangeError, "command");
    assertThrows(() => encodeGeneric(1, [], wrong), RangeError, "version");
    assertThrows(() => encodeInetDiagRequest(wrong, 6), RangeError, "family");
    assertThrows(() => encodeInetDiagRequest(2, wrong), RangeError, "protocol");
    assertThrows(() => encodeInetDiagRequest(2, 6, wrong), RangeError, "states");
  }
  assertThrows(() => encodeMessage({ type: 65536, payload }), RangeError, "current value is 65536");
  for (const bytes of [undefined, null, 5, [1, 2], new Uint16Array(2), new ArrayBuffer(4)] as never[]) {
    assertThrows(() => encodeMessage({ type: 1, payload: bytes }), TypeError, "is not a Uint8Array");
    if (!Array.isArray(bytes)) assertThrows(() => encodeAttribute(1, bytes), TypeError, "is not a Uint8Array");
    assertThrows(() => encodeAttribute(1, [bytes]), TypeError, "is not a Uint8Array");
    assertThrows(() => encodeGeneric(1, [bytes]), TypeError, "is not a Uint8Array");
  }
  assertThrows(() => encodeMessage({ type: 1, payload: "text" as never }), TypeError, "is not a Uint8Array");
  assertThrows(() => encodeAttribute(1, "a\0b"), TypeError, "NUL");
});

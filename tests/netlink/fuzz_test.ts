import {
  Attributes,
  decodeAnswer,
  decodeFamily,
  decodeGeneric,
  decodeInetDiagMessage,
  decodeMessages,
  decodeSockDiagId,
  encodeAttribute,
  encodeGeneric,
  encodeMessage,
  NL,
} from "../../netlink/mod.ts";
import { Random } from "../inet/random.ts";
import { assertThrows, test } from "../runner/mod.ts";
import { fuzz } from "./fuzz.ts";

const nested = encodeAttribute(1, [
  encodeAttribute(2, [encodeAttribute(3, "deep")]),
  encodeAttribute(4, new Uint8Array(8)),
]);
const generic = encodeGeneric(1, [encodeAttribute(1, new Uint8Array([16, 0])), encodeAttribute(2, "nlctrl"), nested]);
const answer = encodeMessage({
  type: NL.NLMSG_ERROR,
  flags: NL.NLM_F_ACK_TLVS,
  payload: new Uint8Array([0xea, 0xff, 0xff, 0xff, ...encodeMessage({ type: 16, payload: generic }), ...nested]),
});
const diag = encodeMessage({ type: 20, payload: new Uint8Array([...new Uint8Array(72), ...nested]) });
const messages = [encodeMessage({ type: 16, payload: generic }), answer, diag, new Uint8Array([...diag, ...answer])];

test("no decoder loops or throws anything but NetlinkDecodeError, whatever the input", () => {
  const random = new Random();
  fuzz(random, messages, 10_000, (bytes) => {
    for (const message of decodeMessages(bytes)) {
      for (const decode of [decodeGeneric, decodeFamily, decodeInetDiagMessage, decodeSockDiagId]) {
        ignoreRefusal(() => decode(message.payload));
      }
      ignoreRefusal(() => decodeAnswer(message));
    }
  });
  fuzz(random, [nested, generic.subarray(4)], 10_000, (bytes) => readAll(new Attributes(bytes), 8));
});

test("fuzz() fails for a decoder that throws something else", () => {
  const random = new Random();
  assertThrows(
    () => fuzz(random, messages, 100, (bytes) => new DataView(bytes.buffer).getUint32(0)),
    Error,
    "makes the decoder throw",
  );
});

/** Reads every attribute with every method. */
function readAll(attributes: Attributes, depth: number): void {
  for (const type of attributes.types) {
    attributes.bytes(type);
    attributes.text(type);
    for (const read of ["u8", "u16", "u32", "u64", "uint"] as const) ignoreRefusal(() => attributes[read](type));
    if (depth > 0) ignoreRefusal(() => readAll(attributes.nested(type) ?? new Attributes(new Uint8Array()), depth - 1));
  }
}

/** Continues after the codec's own error; any other fails the test. */
function ignoreRefusal(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NetlinkDecodeError") throw error;
  }
}

import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { align } from "./_align.ts";
import { Attributes } from "./attribute.ts";
import { NL } from "./constants.ts";
import { NetlinkDecodeError } from "./decode_error.ts";
import type { NetlinkMessage } from "./message.ts";

const HEADER_SIZE = 16;

/** The kernel's answer to a request: the end of a dump, an acknowledgement, or a refusal. */
export interface NetlinkAnswer {
  /** The errno, positive; 0 means done. */
  errno: number;
  /** The kernel's error message (`NLMSGERR_ATTR_MSG`), if it has one. */
  text?: string;
  /** The offset of the invalid attribute in the request, in bytes (`NLMSGERR_ATTR_OFFS`). */
  offset?: number;
  /** The number of the attribute that the request lacks (`NLMSGERR_ATTR_MISS_TYPE`). */
  missingType?: number;
  /** The offset of the nest that lacks it, in bytes; absent for the outermost level (`NLMSGERR_ATTR_MISS_NEST`). */
  missingNest?: number;
}

/**
 * Decodes the message that ends an exchange, of type `NLMSG_ERROR` or `NLMSG_DONE`, with its extended error.
 *
 * ```c
 * struct nlmsgerr {
 *   int             error;  // negative errno, or 0 for an acknowledgement
 *   struct nlmsghdr msg;    // of the request, and its payload unless NLM_F_CAPPED
 * };                        // then attributes, with NLM_F_ACK_TLVS
 * ```
 *
 * @param message The message.
 * @returns The answer.
 * @throws {NetlinkDecodeError} If the message has another type or is too short.
 * @see {@link https://docs.kernel.org/userspace-api/netlink/intro.html | Introduction to Netlink}
 *
 * @example Usage
 * ```ts
 * import { decodeAnswer, NL } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const payload = new Uint8Array([0xfe, 0xff, 0xff, 0xff, ...new Uint8Array(16)]);
 * const answer = decodeAnswer({ type: NL.NLMSG_ERROR, flags: NL.NLM_F_CAPPED, seq: 1, port: 0, payload });
 * assertEquals(answer, { errno: 2 });
 * ```
 */
export function decodeAnswer(message: NetlinkMessage): NetlinkAnswer {
  checkObject("decode an answer", "the message", message);
  const { type, flags, payload } = message;
  if (type !== NL.NLMSG_ERROR && type !== NL.NLMSG_DONE) {
    throw new NetlinkDecodeError(`Cannot decode an answer as its type must be 2 or 3: current type is ${type}`);
  }
  checkBytes(payload);
  // A kernel with nothing to report may end a dump without any payload.
  if (type === NL.NLMSG_DONE && payload.length === 0) return { errno: 0 };
  const fixed = type === NL.NLMSG_DONE ? 4 : 4 + HEADER_SIZE;
  if (payload.length < fixed) {
    throw new NetlinkDecodeError(
      `Cannot decode an answer as it must be >= ${fixed} bytes: current length is ${payload.length}`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const answer: NetlinkAnswer = { errno: Math.abs(view.getInt32(0, true)) };
  if ((flags & NL.NLM_F_ACK_TLVS) === 0) return answer;
  const whole = type === NL.NLMSG_ERROR && (flags & NL.NLM_F_CAPPED) === 0;
  const attributes = new Attributes(payload.subarray(whole ? 4 + align(view.getUint32(4, true)) : fixed));
  const text = attributes.text(NL.NLMSGERR_ATTR_MSG);
  if (text !== undefined) answer.text = text;
  const offset = attributes.u32(NL.NLMSGERR_ATTR_OFFS);
  if (offset !== undefined) answer.offset = offset;
  const missingType = attributes.u32(NL.NLMSGERR_ATTR_MISS_TYPE);
  if (missingType !== undefined) answer.missingType = missingType;
  const missingNest = attributes.u32(NL.NLMSGERR_ATTR_MISS_NEST);
  if (missingNest !== undefined) answer.missingNest = missingNest;
  return answer;
}

import { checkBytes } from "../checks/check_bytes.ts";
import { checkText } from "../checks/check_text.ts";
import { listOf } from "../checks/list_of.ts";
import { within } from "../checks/within.ts";
import { concat } from "./_concat.ts";
import { Attributes, encodeAttribute } from "./attribute.ts";
import { NL } from "./constants.ts";
import { NetlinkDecodeError } from "./decode_error.ts";

const HEADER_SIZE = 4;

/** The payload of a generic netlink message. */
export interface GenericMessage {
  /** The command or the kind of answer, by the family's numbers. */
  command: number;
  /** Version of the family's interface. */
  version: number;
  /** The attributes. */
  attributes: Attributes;
}

/** A generic netlink family, as the kernel's controller knows it. */
export interface GenericFamily {
  /** The type of its messages, which may differ after each boot. */
  id: number;
  /** Its name, such as `"SMC_GEN_NETLINK"`. */
  name: string;
  /** Version of its interface. */
  version: number;
}

/**
 * Encodes the payload of a generic netlink message.
 *
 * ```c
 * struct genlmsghdr {
 *   __u8  cmd;
 *   __u8  version;
 *   __u16 reserved;
 * };
 * ```
 *
 * @param command The command, by the family's numbers.
 * @param attributes Encoded attributes.
 * @param version Version of the family's interface.
 * @returns The payload.
 * @throws {RangeError} If a number does not fit its byte.
 * @throws {TypeError} If an attribute is not a `Uint8Array`.
 * @see {@link https://docs.kernel.org/userspace-api/netlink/intro.html | Introduction to Netlink}
 *
 * @example Usage
 * ```ts
 * import { decodeGeneric, encodeAttribute, encodeGeneric } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const payload = encodeGeneric(3, [encodeAttribute(2, "nlctrl")]);
 * assertEquals(decodeGeneric(payload).attributes.text(2), "nlctrl");
 * ```
 */
export function encodeGeneric(command: number, attributes: Uint8Array[] = [], version = 1): Uint8Array {
  const action = "encode a generic netlink header";
  const head = [within(action, "command", command, 0xff), within(action, "version", version, 0xff), 0, 0];
  return concat([new Uint8Array(head), ...listOf(action, "attributes", attributes)]);
}

/**
 * Decodes the payload of a generic netlink message, for families without their own header.
 *
 * @param payload The payload.
 * @returns The header and the attributes, which are views of the payload.
 * @throws {NetlinkDecodeError} If the payload is too short, or its attributes are malformed.
 *
 * @example Usage
 * ```ts
 * import { decodeGeneric } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeGeneric(new Uint8Array([10, 1, 0, 0])).command, 10);
 * ```
 */
export function decodeGeneric(payload: Uint8Array): GenericMessage {
  checkBytes(payload);
  const [command, version] = payload;
  if (command === undefined || version === undefined || payload.length < HEADER_SIZE) {
    throw new NetlinkDecodeError(
      `Cannot decode a generic netlink header as it must be 4 bytes: current length is ${payload.length}`,
    );
  }
  return { command, version, attributes: new Attributes(payload.subarray(HEADER_SIZE)) };
}

/**
 * Encodes the request that asks the controller for a family by name. Its message type is `GENL_ID_CTRL`.
 *
 * @param name The family, such as `"SMC_GEN_NETLINK"`.
 * @returns The payload.
 * @throws {TypeError} If the name contains a NUL.
 *
 * @example Usage
 * ```ts
 * import { encodeGetFamily } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeGetFamily("nlctrl")[0], 3); // CTRL_CMD_GETFAMILY
 * ```
 */
export function encodeGetFamily(name: string): Uint8Array {
  checkText("find a netlink family by its name", name);
  return encodeGeneric(NL.CTRL_CMD_GETFAMILY, [encodeAttribute(NL.CTRL_ATTR_FAMILY_NAME, name)]);
}

/**
 * Decodes the controller's answer to {@linkcode encodeGetFamily}.
 *
 * @param payload The payload.
 * @returns The family.
 * @throws {NetlinkDecodeError} If it is not such an answer.
 *
 * @example Usage
 * ```ts
 * import { decodeFamily, encodeAttribute, encodeGeneric } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const answer = encodeGeneric(1, [encodeAttribute(1, new Uint8Array([16, 0])), encodeAttribute(2, "nlctrl")]);
 * assertEquals(decodeFamily(answer), { id: 16, name: "nlctrl", version: 0 });
 * ```
 */
export function decodeFamily(payload: Uint8Array): GenericFamily {
  const { attributes } = decodeGeneric(payload);
  const id = attributes.u16(NL.CTRL_ATTR_FAMILY_ID);
  if (id === undefined) throw new NetlinkDecodeError("Cannot decode a generic netlink family as it has no id");
  const name = attributes.text(NL.CTRL_ATTR_FAMILY_NAME) ?? "";
  return { id, name, version: attributes.u32(NL.CTRL_ATTR_VERSION) ?? 0 };
}

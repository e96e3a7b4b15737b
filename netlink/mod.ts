/**
 * Netlink: the kernel's interface to query and change sockets, routes, interfaces and more.
 *
 * Everything except {@linkcode NetlinkSocket} and {@linkcode GenericNetlinkSocket} is pure: bytes in, values out.
 *
 * @example Encode a request and decode it again
 * ```ts
 * import { decodeMessages, encodeInetDiagRequest, encodeMessage, NL } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const flags = NL.NLM_F_REQUEST | NL.NLM_F_DUMP;
 * const request = encodeMessage({ type: NL.SOCK_DIAG_BY_FAMILY, flags, payload: encodeInetDiagRequest(2, 6) });
 * assertEquals(decodeMessages(request)[0]?.flags, 0x301);
 * ```
 *
 * @module
 */
export type { OpenOptions } from "../socket/open.ts";
export type { WaitOptions } from "../socket/wait_options.ts";
export { decodeAnswer, type NetlinkAnswer } from "./answer.ts";
export { Attributes, type AttributeValue, encodeAttribute } from "./attribute.ts";
export { NL } from "./constants.ts";
export { NetlinkDecodeError } from "./decode_error.ts";
export {
  decodeFamily,
  decodeGeneric,
  encodeGeneric,
  encodeGetFamily,
  type GenericFamily,
  type GenericMessage,
} from "./generic.ts";
export { GenericNetlinkSocket } from "./generic_socket.ts";
export { decodeMessages, encodeMessage, type NetlinkMessage } from "./message.ts";
export type { NetlinkError } from "./netlink_error.ts";
export type { NetlinkOptions, NetlinkRequester, NetlinkRequestOptions } from "./netlink_options.ts";
export { NetlinkSocket } from "./netlink_socket.ts";
export {
  decodeInetDiagMessage,
  decodeSockDiagId,
  encodeInetDiagRequest,
  type InetDiagMessage,
  SOCK_DIAG_ID_SIZE,
  type SockDiagId,
} from "./sock_diag.ts";
export type { NetlinkTransport } from "./transport.ts";

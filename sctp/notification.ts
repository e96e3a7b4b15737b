import { checkBytes } from "../checks/check_bytes.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** What the kernel reports about an association, if `SCTP_EVENT` requests it. */
export type SctpNotification =
  | {
    /** The state of an association changed. */
    type: "association";
    /** What happened. */
    state: "up" | "lost" | "restarted" | "ended" | "failed";
    /** The error cause of the protocol; 0 is none. */
    error: number;
    /** How many streams it has to the other end. */
    outboundStreams: number;
    /** How many streams it has from the other end. */
    inboundStreams: number;
    /** Its number. */
    association: number;
  }
  | {
    /** The other end has stopped sending. */
    type: "shutdown";
    /** The number of the association. */
    association: number;
  }
  | {
    /** Any other notification. */
    type: "other";
    /** `SCTP_PEER_ADDR_CHANGE`, … */
    number: number;
    /** The whole structure, with its head of 8 bytes. */
    bytes: Uint8Array;
  };

const STATES = ["up", "lost", "restarted", "ended", "failed"] as const;

/**
 * Decodes a `union sctp_notification`. No permission is needed.
 *
 * ```c
 * struct sctp_assoc_change {
 *   __u16        sac_type;              //  0
 *   __u16        sac_flags;             //  2
 *   __u32        sac_length;            //  4
 *   __u16        sac_state;             //  8
 *   __u16        sac_error;             // 10
 *   __u16        sac_outbound_streams;  // 12
 *   __u16        sac_inbound_streams;   // 14
 *   sctp_assoc_t sac_assoc_id;          // 16
 * };
 * struct sctp_shutdown_event { __u16 sse_type; __u16 sse_flags; __u32 sse_length; sctp_assoc_t sse_assoc_id; };
 * ```
 *
 * @param bytes The structure.
 * @returns The notification.
 * @throws {RangeError} If it is truncated.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6458#section-6 | RFC 6458, section 6}
 *
 * @example Usage
 * ```ts
 * import { decodeNotification } from "@berkeley/sockets/sctp";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([5, 0x80, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0]);
 * assertEquals(decodeNotification(bytes), { type: "shutdown", association: 7 });
 * ```
 */
export function decodeNotification(bytes: Uint8Array): SctpNotification {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = bytes.length < 8 ? 0 : view.getUint16(0, HOST_LITTLE_ENDIAN);
  const needed = number === C.SCTP_ASSOC_CHANGE ? 20 : number === C.SCTP_SHUTDOWN_EVENT ? 12 : 8;
  if (bytes.length < needed) {
    throw new RangeError(`Cannot decode a truncated SCTP notification: current length is ${bytes.length}`);
  }
  if (number === C.SCTP_SHUTDOWN_EVENT) {
    return { type: "shutdown", association: view.getInt32(8, HOST_LITTLE_ENDIAN) };
  }
  if (number !== C.SCTP_ASSOC_CHANGE) return { type: "other", number, bytes };
  return {
    type: "association",
    state: STATES[view.getUint16(8, HOST_LITTLE_ENDIAN)] ?? "lost",
    error: view.getUint16(10, HOST_LITTLE_ENDIAN),
    outboundStreams: view.getUint16(12, HOST_LITTLE_ENDIAN),
    inboundStreams: view.getUint16(14, HOST_LITTLE_ENDIAN),
    association: view.getInt32(16, HOST_LITTLE_ENDIAN),
  };
}

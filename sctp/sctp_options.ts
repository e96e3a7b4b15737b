import { checkObject } from "../checks/check_object.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  defineOption,
  intOption,
  type SocketOption,
  type WritableOption,
  writableOption,
} from "../socket/option.ts";

/** How to set up associations, for {@linkcode SCTP_INITMSG}; 0 leaves a value unchanged. */
export interface SctpInit {
  /** Streams to the other end. */
  outboundStreams: number;
  /** The most streams from the other end. */
  maxInboundStreams: number;
  /** Attempts to set it up. */
  maxAttempts: number;
  /** The longest time between two attempts, in milliseconds. */
  maxTimeout: number;
}

const EVENT_FIELDS: OptionNames<{ type: number; on: boolean }> = { type: true, on: "boolean" };

// The options of SCTP, sorted by C name. See RFC 6458.

/** Idle seconds after which an association of a one-to-many socket ends; 0 is never. */
export const SCTP_AUTOCLOSE: SocketOption<number> = intOption("IPPROTO_SCTP", "SCTP_AUTOCLOSE");
/** Whether messages that do not fit one packet are refused. */
export const SCTP_DISABLE_FRAGMENTS: SocketOption<boolean> = booleanOption("IPPROTO_SCTP", "SCTP_DISABLE_FRAGMENTS");
/** Turns a notification (`SCTP_ASSOC_CHANGE`, …) on or off, for future and present associations. */
export const SCTP_EVENT: WritableOption<{ type: number; on: boolean }> = writableOption(
  "IPPROTO_SCTP",
  "SCTP_EVENT",
  (event) => {
    const { type, on } = checkOptions("set SCTP_EVENT", event, EVENT_FIELDS);
    // struct sctp_event { sctp_assoc_t se_assoc_id; __u16 se_type; __u8 se_on; };
    const view = new DataView(new ArrayBuffer(8));
    view.setUint16(4, within("set SCTP_EVENT", "type", type, 0xffff), HOST_LITTLE_ENDIAN);
    view.setUint8(6, on ? 1 : 0);
    return new Uint8Array(view.buffer);
  },
);
/** How to set up associations. */
export const SCTP_INITMSG: SocketOption<SctpInit> = defineOption(
  "IPPROTO_SCTP",
  "SCTP_INITMSG",
  8,
  (init) => {
    checkObject("set SCTP_INITMSG", "the value", init);
    const { outboundStreams, maxInboundStreams, maxAttempts, maxTimeout } = init;
    // struct sctp_initmsg { __u16 sinit_num_ostreams, sinit_max_instreams, sinit_max_attempts, sinit_max_init_timeo; };
    const view = new DataView(new ArrayBuffer(8));
    for (const [i, number] of [outboundStreams, maxInboundStreams, maxAttempts, maxTimeout].entries()) {
      view.setUint16(i * 2, within("set SCTP_INITMSG", "number", number, 0xffff), HOST_LITTLE_ENDIAN);
    }
    return new Uint8Array(view.buffer);
  },
  (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [outboundStreams = 0, maxInboundStreams = 0, maxAttempts = 0, maxTimeout = 0] = [0, 2, 4, 6].map((at) =>
      view.getUint16(at, HOST_LITTLE_ENDIAN)
    );
    return { outboundStreams, maxInboundStreams, maxAttempts, maxTimeout };
  },
);
/** Whether small messages are sent immediately. */
export const SCTP_NODELAY: SocketOption<boolean> = booleanOption("IPPROTO_SCTP", "SCTP_NODELAY");
/** Whether a received message comes with its stream, its association and more; this library turns it on. */
export const SCTP_RECVRCVINFO: SocketOption<boolean> = booleanOption("IPPROTO_SCTP", "SCTP_RECVRCVINFO");

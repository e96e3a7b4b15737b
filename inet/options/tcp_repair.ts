import { within } from "../../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";

/** The windows of a connection under repair, as in `struct tcp_repair_window`. */
export interface TcpRepairWindow {
  /** The sequence number of the segment that last moved the window of the other end. */
  sendUpdate: number;
  /** The window of the other end, in bytes. */
  sendWindow: number;
  /** The largest window that the other end has had, in bytes. */
  maxWindow: number;
  /** Our window, in bytes. */
  receiveWindow: number;
  /** The sequence number that our last window update acknowledged (`rcv_wup`). */
  receiveUpdate: number;
}

/** An option that both ends agreed on in their SYNs (`struct tcp_repair_opt`). */
export interface TcpRepairOption {
  /** The kind: 2 maximum segment size, 3 window scale, 4 selective acknowledgements, 8 timestamps. */
  code: number;
  /** The segment size in bytes; the window scale of the other end, and ours in the upper 16 bits; else 0. */
  value: number;
}

/**
 * ```c
 * struct tcp_repair_window { __u32 snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup; };
 * ```
 */
export const TCP_REPAIR_WINDOW_SIZE = 20;

/** Encodes the window. */
export function encodeRepairWindow(window: TcpRepairWindow): Uint8Array {
  const { sendUpdate, sendWindow, maxWindow, receiveWindow, receiveUpdate } = window;
  return words([sendUpdate, sendWindow, maxWindow, receiveWindow, receiveUpdate]);
}

/** Decodes the window. */
export function decodeRepairWindow(bytes: Uint8Array): TcpRepairWindow {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number => view.getUint32(at, HOST_LITTLE_ENDIAN);
  return {
    sendUpdate: word(0),
    sendWindow: word(4),
    maxWindow: word(8),
    receiveWindow: word(12),
    receiveUpdate: word(16),
  };
}

/** Encodes options: `struct tcp_repair_opt { __u32 opt_code, opt_val; }` each. */
export function encodeRepairOptions(options: TcpRepairOption[]): Uint8Array {
  return words(options.flatMap(({ code, value }) => [code, value]));
}

function words(values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    view.setUint32(i * 4, within("repair TCP", "value", value, 0xffffffff), HOST_LITTLE_ENDIAN);
  }
  return bytes;
}

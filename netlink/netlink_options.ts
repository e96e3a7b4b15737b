import type { OptionNames } from "../checks/option_names.ts";
import { WAIT_OPTIONS, type WaitOptions } from "../socket/wait_options.ts";
import type { NetlinkMessage } from "./message.ts";

/** Options of {@linkcode NetlinkRequester.request} and {@linkcode NetlinkRequester.dump}. */
export interface NetlinkRequestOptions extends WaitOptions {
  /**
   * Additional `NLM_F_*` flags, ORed: `NLM_F_CREATE | NLM_F_EXCL` for a new object, `NLM_F_REPLACE`,
   * `NLM_F_APPEND`, `NLM_F_ECHO`, …
   *
   * @default {0}
   */
  flags?: number;
  /**
   * The action of the request, for errors: `Cannot <action>: …`.
   *
   * @default {"ask the kernel by netlink"}
   */
  action?: string;
}

/** The names of {@linkcode NetlinkRequestOptions}. */
export const REQUEST_OPTIONS: OptionNames<NetlinkRequestOptions> = { ...WAIT_OPTIONS, action: true, flags: true };

/** What sends requests to the kernel: a `NetlinkSocket`, or a fake in a test. */
export interface NetlinkRequester {
  /** Sends a request for one object or for a change, and waits for the acknowledgement. */
  request(type: number, payload: Uint8Array, options?: NetlinkRequestOptions): Promise<NetlinkMessage[]>;
  /** Sends a request for all objects of a kind. */
  dump(type: number, payload: Uint8Array, options?: NetlinkRequestOptions): Promise<NetlinkMessage[]>;
}

/** Options of the functions that send requests to the kernel by netlink. */
export interface NetlinkOptions extends WaitOptions {
  /** The socket to use, such as one in another network namespace. Default: a socket only for this call. */
  netlink?: NetlinkRequester;
}

/** The names of {@linkcode NetlinkOptions}. */
export const NETLINK_OPTIONS: OptionNames<NetlinkOptions> = { ...WAIT_OPTIONS, netlink: true };

import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { FRAME_OPTIONS, type FrameOptions } from "./frame.ts";

/** The limits of one server. */
export interface RpcLimits {
  /**
   * Connections. At the limit the server accepts no more until one ends; the kernel's backlog keeps the others waiting.
   *
   * @default {1024}
   */
  maxConnections: number;
  /**
   * Unsettled handlers of all connections. At the limit the server reads no more calls.
   *
   * @default {4096}
   */
  maxCalls: number;
  /**
   * Calls in flight on one connection. At the limit the server reads no more of its calls.
   *
   * @default {128}
   */
  maxCallsPerConnection: number;
  /**
   * Bytes of calls that are incomplete or wait to be served, of all connections. Above the limit, the connection with
   * the most of them gets an error reply that says so, and is ended.
   *
   * @default {33554432}
   */
  maxBuffered: number;
  /**
   * Bytes of running calls and unsent replies, of all connections; the size of parsed values is an estimate. At the
   * limit the server serves no more calls; it closes connections whose peers do not read their replies; and a long
   * reply may become an error reply that says so.
   *
   * @default {33554432}
   */
  maxPending: number;
  /**
   * The same for one connection. At the limit the server reads no more of its calls; a single call may exceed it.
   *
   * @default {16777216}
   */
  maxPendingPerConnection: number;
  /**
   * Milliseconds without traffic and without a call in flight after which the connection is closed; up to a quarter
   * more.
   *
   * @default {120000}
   */
  idleTimeout: number;
  /**
   * Milliseconds from the first byte of a frame to its last; after that the connection gets an error reply and is
   * ended. Up to a quarter more.
   *
   * @default {30000}
   */
  frameTimeout: number;
}

/** Options of {@linkcode RpcServer.serve}: the frame format and the limits. */
export interface RpcServerOptions extends FrameOptions, Partial<RpcLimits> {
  /**
   * Called with the exceptions of handlers other than {@linkcode RpcError}; with results that cannot be sent; with
   * errors that end a connection: a {@linkcode FrameError}, an error of JSON or UTF-8, a `TimeoutError`, a limit; and
   * with a listener's errors for lack of memory or descriptors (only Deno's listeners: those of this library retry by
   * themselves). It must not throw.
   *
   * `remoteAddr` is the peer's address, if the connection knows it.
   *
   * @default {() => {}}
   */
  onError?: (error: unknown, remoteAddr: unknown) => void;
}

const DEFAULTS: RpcLimits = {
  maxConnections: 1024,
  maxCalls: 4096,
  maxCallsPerConnection: 128,
  maxBuffered: 32 * 1024 * 1024,
  maxPending: 32 * 1024 * 1024,
  maxPendingPerConnection: 16 * 1024 * 1024,
  idleTimeout: 120_000,
  frameTimeout: 30_000,
};

const NAMES: OptionNames<RpcServerOptions> = {
  ...FRAME_OPTIONS,
  maxConnections: true,
  maxCalls: true,
  maxCallsPerConnection: true,
  maxBuffered: true,
  maxPending: true,
  maxPendingPerConnection: true,
  idleTimeout: true,
  frameTimeout: true,
  onError: true,
};

/** Checks the names of the options, and gives a copy: see {@linkcode checkOptions}. */
export function checkServerOptions(options: RpcServerOptions): RpcServerOptions {
  return checkOptions("serve", options, NAMES);
}

/** Checks the limits and fills in the defaults. */
export function limitsOf(options: RpcServerOptions): RpcLimits {
  const limits = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof RpcLimits)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (typeof value !== "number" || !(value > 0)) {
      throw new RangeError(`Cannot use ${name} as it must be greater than 0: current value is ${quoted(value)}`);
    }
    limits[name] = value;
  }
  return limits;
}

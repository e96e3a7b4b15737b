import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { FRAME_OPTIONS, type FrameOptions } from "./frame.ts";

/** What one server may hold at a time. */
export interface RpcLimits {
  /**
   * Connections. At the limit no more are accepted until one ends; the kernel keeps those in its backlog waiting.
   *
   * @default {1024}
   */
  maxConnections: number;
  /**
   * Handlers that have not settled, of all connections. At the limit no more calls are read.
   *
   * @default {4096}
   */
  maxCalls: number;
  /**
   * Replies that one connection awaits. At the limit no more of its calls are read.
   *
   * @default {128}
   */
  maxCallsPerConnection: number;
  /**
   * Bytes of calls that are not whole or wait to be served, of all connections. Where they pass the limit, the connection
   * with most of them gets an error reply that says so, and is ended.
   *
   * @default {67108864}
   */
  maxBuffered: number;
  /**
   * Bytes of calls that run and of replies that are not sent, of all connections; parsed values are estimated. At the
   * limit no more calls are served; a connection whose peer leaves its replies unread meanwhile is closed; and a long
   * reply may become an error reply that says so.
   *
   * @default {67108864}
   */
  maxPending: number;
  /**
   * The same of one connection. At the limit no more of its calls are read; one call may pass it.
   *
   * @default {16777216}
   */
  maxPendingPerConnection: number;
  /**
   * Milliseconds in which no byte moves and no call is in flight, then the connection is closed. Kept to within a quarter.
   *
   * @default {120000}
   */
  idleTimeout: number;
  /**
   * Milliseconds from the first byte of a frame to its last, then the connection gets an error reply and is ended.
   * Kept to within a quarter.
   *
   * @default {30000}
   */
  frameTimeout: number;
}

/** Options of {@linkcode RpcServer.serve}: how frames look, and the limits. */
export interface RpcServerOptions extends FrameOptions, Partial<RpcLimits> {
  /**
   * Is told of the exceptions of handlers that are no {@linkcode RpcError}; of results that cannot be sent; of what ends a
   * connection or is no call: a {@linkcode FrameError}, the error of JSON or UTF-8, a `TimeoutError`, a limit; and of a
   * listener's errors for want of memory or descriptors: Deno's has them, those of this library try again by themselves.
   * It must not throw.
   *
   * `remoteAddr` is the peer's address, where the connection knows one.
   *
   * @default {() => {}}
   */
  onError?: (error: unknown, remoteAddr: unknown) => void;
}

const DEFAULTS: RpcLimits = {
  maxConnections: 1024,
  maxCalls: 4096,
  maxCallsPerConnection: 128,
  maxBuffered: 64 * 1024 * 1024,
  maxPending: 64 * 1024 * 1024,
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

/** Checks the limits and fills in the defaults. */
export function limitsOf(options: RpcServerOptions): RpcLimits {
  checkOptions("serve", options, NAMES);
  const limits = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof RpcLimits)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (typeof value !== "number" || !(value > 0)) {
      throw new RangeError(`Cannot use ${name} as it is not above 0: current value is ${quoted(value)}`);
    }
    limits[name] = value;
  }
  return limits;
}

import type { OptionNames } from "../checks/option_names.ts";
import { CONNECT_OPTIONS, type ConnectOptions, LISTEN_OPTIONS, type ListenOptions } from "../socket/open.ts";
import { NET_ADDR, type NetAddr } from "./addresses/addr.ts";

/** Options of a listener for streams over IP. */
export interface StreamListenOptions extends ListenOptions {
  /**
   * The numeric address to listen on, or `localhost`. `"::"` also accepts IPv4, unless `ipv6Only` is set.
   *
   * @default {"0.0.0.0"}
   */
  hostname?: string;
  /**
   * The port, in host order; 0 lets the kernel choose one.
   *
   * @default {0}
   */
  port?: number;
  /** The zone of a link-local IPv6 address, usually an interface index, like the part after `%` in the hostname. */
  scopeId?: number;
  /** The traffic class and flow label of IPv6 (`sin6_flowinfo`), 28 bits in host order. */
  flowinfo?: number;
  /** `"tcp"`, so that an address object can be passed directly. */
  transport?: NetAddr["transport"];
  /**
   * `SO_REUSEADDR`: listen although connections of an earlier listener are still in TIME_WAIT.
   *
   * @default {true}
   */
  reuseAddress?: boolean;
  /**
   * `SO_REUSEPORT`: several listeners share the port, and the kernel distributes the connections.
   *
   * @default {false}
   */
  reusePort?: boolean;
  /** `IPV6_V6ONLY`: an IPv6 listener accepts no IPv4 connections. Default: the system's `net.ipv6.bindv6only`. */
  ipv6Only?: boolean;
}

/** The names of {@linkcode StreamListenOptions}. */
export const STREAM_LISTEN_OPTIONS: OptionNames<StreamListenOptions> = {
  ...NET_ADDR,
  ...LISTEN_OPTIONS,
  ipv6Only: "boolean",
  reuseAddress: "boolean",
  reusePort: "boolean",
};

/**
 * Options of a stream connection over IP. `configure` is called for each address that it tries; names are looked up in
 * the program's own network namespace.
 */
export interface StreamConnectOptions extends ConnectOptions {
  /**
   * A host name, or a numeric address.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port, in host order. */
  port: number;
  /** The zone of a link-local IPv6 address, usually an interface index, like the part after `%` in the hostname. */
  scopeId?: number;
  /** The traffic class and flow label of IPv6 (`sin6_flowinfo`), 28 bits in host order. */
  flowinfo?: number;
  /** `"tcp"`, so that an address object can be passed directly. */
  transport?: NetAddr["transport"];
  /** The numeric local address to connect from; its port is 0 by default. */
  localAddr?: Partial<NetAddr> & Pick<NetAddr, "hostname">;
}

/** The names of {@linkcode StreamConnectOptions}. */
export const STREAM_CONNECT_OPTIONS: OptionNames<StreamConnectOptions> = {
  ...NET_ADDR,
  ...CONNECT_OPTIONS,
  localAddr: true,
};

import type { Attributes } from "../../netlink/attribute.ts";

/**
 * SMC counters since the network namespace was created: `smcr stats` and `smcd stats`. The kernel cannot reset them.
 */
export interface SmcStatistics {
  /** Over RDMA. */
  smcr: SmcModeStatistics;
  /** Over shared memory. */
  smcd: SmcModeStatistics;
  /** Handshakes that failed, as a client. */
  clientHandshakeErrors: number;
  /** Handshakes that failed, as a server. */
  serverHandshakeErrors: number;
}

/** Counters of one mode. */
export interface SmcModeStatistics {
  /** Connections made as a client, by version. */
  clientConnections: { v1: number; v2: number };
  /** Connections made as a server, by version. */
  serverConnections: { v1: number; v2: number };
  /** What was received. */
  received: SmcDirectionStatistics;
  /** What was sent. */
  sent: SmcDirectionStatistics;
  /** Calls of `sendfile` and similar functions. */
  sendPage: number;
  /** Calls of splice(2). */
  splice: number;
  /** Sends delayed by `TCP_CORK`. */
  cork: number;
  /** Sends not delayed because of `TCP_NODELAY`. */
  noDelay: number;
  /** Urgent bytes. */
  urgentData: number;
}

/** Counters of one direction. */
export interface SmcDirectionStatistics {
  /** Bytes. */
  bytes: number;
  /** Calls. */
  calls: number;
  /** The number of calls by size. */
  payloads: SmcSizes;
  /** The number of connections by buffer size. */
  buffers: SmcSizes;
  /** Events of the buffers. */
  bufferEvents: SmcBufferEvents;
}

/** Counts by size: up to the given number of KiB, and above 1024. */
export type SmcSizes = Record<
  "8K" | "16K" | "32K" | "64K" | "128K" | "256K" | "512K" | "1024K" | ">1024K",
  number
>;

/** Counts of buffer events. */
export type SmcBufferEvents = Record<
  "tooSmallAtPeer" | "tooSmall" | "fullAtPeer" | "full" | "reused" | "allocated" | "downgraded",
  number
>;

const SIZES = ["8K", "16K", "32K", "64K", "128K", "256K", "512K", "1024K", ">1024K"] as const;

const BUFFER_EVENTS = [
  "tooSmallAtPeer",
  "tooSmall",
  "fullAtPeer",
  "full",
  "reused",
  "allocated",
  "downgraded",
] as const;

/** Decodes the contents of `SMC_GEN_STATS`. */
export function decodeSmcStatistics(attributes: Attributes): SmcStatistics {
  return {
    smcd: decodeMode(attributes.nested(1)),
    smcr: decodeMode(attributes.nested(2)),
    clientHandshakeErrors: count(attributes, 3),
    serverHandshakeErrors: count(attributes, 4),
  };
}

function decodeMode(attributes: Attributes | undefined): SmcModeStatistics {
  return {
    clientConnections: { v1: count(attributes, 7), v2: count(attributes, 8) },
    serverConnections: { v1: count(attributes, 9), v2: count(attributes, 10) },
    received: {
      bytes: count(attributes, 16),
      calls: count(attributes, 18),
      payloads: decodeCounts(SIZES, attributes?.nested(4)),
      buffers: decodeCounts(SIZES, attributes?.nested(2)),
      bufferEvents: decodeCounts(BUFFER_EVENTS, attributes?.nested(6)),
    },
    sent: {
      bytes: count(attributes, 17),
      calls: count(attributes, 19),
      payloads: decodeCounts(SIZES, attributes?.nested(3)),
      buffers: decodeCounts(SIZES, attributes?.nested(1)),
      bufferEvents: decodeCounts(BUFFER_EVENTS, attributes?.nested(5)),
    },
    sendPage: count(attributes, 11),
    splice: count(attributes, 12),
    cork: count(attributes, 13),
    noDelay: count(attributes, 14),
    urgentData: count(attributes, 15),
  };
}

/** The counters in a nested attribute are numbered from 1, in the order of their names. */
function decodeCounts<K extends string>(names: readonly K[], attributes: Attributes | undefined): Record<K, number> {
  return Object.fromEntries(names.map((name, index) => [name, count(attributes, index + 1)])) as Record<K, number>;
}

function count(attributes: Attributes | undefined, type: number): number {
  return Number(attributes?.u64(type) ?? 0n);
}

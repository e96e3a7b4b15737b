import type { TestOptions } from "../../runner/mod.ts";

/** How long our operation may wait. */
export interface Wait {
  signal?: AbortSignal;
  timeout?: number;
  progress?: { done: number };
}

/** One end of a connection: what `Deno.Conn`, ours and every other peer have in common. */
export interface StreamEnd {
  read(p: Uint8Array): Promise<number | null>;
  write(p: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void | Promise<void>;
  /** Sends random bytes, if that is cheaper than `write()`; returns their SHA-256. */
  sendBulk?(length: number): Promise<string>;
  /** Receives that many bytes; returns their SHA-256. */
  receiveBulk?(length: number): Promise<string>;
}

/** The end that is under test. */
export interface OurEnd extends StreamEnd, Disposable {
  read(p: Uint8Array, options?: Wait): Promise<number | null>;
  write(p: Uint8Array, options?: Wait): Promise<number>;
  closeWrite(options?: Wait): Promise<void>;
  close(): void;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
}

/** Two connected ends; what else was opened is released at the end of a test. */
export interface Pair extends Partial<AsyncDisposable> {
  ours: OurEnd;
  theirs: StreamEnd;
  /** Makes the other end reset the connection, so that ours gets `ECONNRESET`. */
  reset?(): void | Promise<void>;
}

/** The listener that is under test. */
export interface OurListener<E extends OurEnd = OurEnd> extends Disposable, AsyncIterable<E> {
  accept(options?: Wait): Promise<E>;
  close(): void;
}

/** What the listener suite needs from a family. */
export interface StreamNet<E extends OurEnd = OurEnd, L extends OurListener<E> = OurListener<E>> {
  /** Listens on a free address. */
  listen(options?: { backlog: number }): L | Promise<L>;
  /** Connects to a listener, with our code. */
  connect(listener: L, options?: Wait): Promise<E>;
}

/** What a family, a peer or a machine can do. */
export interface StreamCapabilities {
  /** Bytes of the bulk transfer, each way. Default 64 MiB. */
  bulk?: number;
  /** More bytes than the socket buffers between two ends can hold. Default 16 MiB. */
  flood?: number;
  /** Connections at once. Default 1000. */
  connections?: number;
  /** Rounds of the tests that repeat something small. Default 200. */
  rounds?: number;
  /** How many times slower than a workstation the machine is. Default 1. */
  slowness?: number;
  /** What a write to an end that is gone may fail with. Default `EPIPE` and `ECONNRESET`. */
  gone?: string[];
  /** What cannot be tested here, with the reason. */
  lacks?: Partial<Record<"reset" | "halfClose" | "fullBacklog" | "refusal", string>>;
  /** Permissions the peer needs. */
  needs?: NonNullable<TestOptions["needs"]>;
}

/** Capabilities with nothing left open. */
export type FullCapabilities = Required<StreamCapabilities>;

/** Fills in the defaults. */
export function fullCapabilities(capabilities: StreamCapabilities): FullCapabilities {
  return {
    bulk: 64 << 20,
    flood: 16 << 20,
    connections: 1000,
    rounds: 200,
    slowness: 1,
    gone: ["EPIPE", "ECONNRESET"],
    lacks: {},
    needs: [],
    ...capabilities,
  };
}

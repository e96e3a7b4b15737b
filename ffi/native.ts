import type { BACKGROUND_SYMBOLS, SYMBOLS } from "./linux/symbols.ts";

/**
 * A C type as the backends know it. Results of type `ssize_t` are `"i32"`: the kernel moves at most 0x7ffff000 bytes in
 * one call, and a number is cheaper than a bigint. An `"address"` is a pointer given as a number.
 *
 * Pass a `"usize"` or an `"i64"` as a bigint where speed matters: only then does V8 call C directly, which is 150 ns
 * faster.
 */
export type NativeType = "i32" | "u32" | "i64" | "usize" | "buffer" | "address";

/** Parameters and result of one C function. */
export interface Signature {
  /** The types of the parameters, in order. */
  readonly parameters: readonly NativeType[];
  /** The type of the result. */
  readonly result: NativeType;
  /** Name of the C function, if it differs from the key. */
  readonly name?: string;
}

/** Memory that a C function reads or writes; `null` is the null pointer. */
export type Bytes = Uint8Array | Int32Array | Uint32Array | BigUint64Array | null;

/** What a caller passes for each C type. */
export interface ArgumentTypes {
  /** `int` */
  i32: number;
  /** `unsigned int`, `socklen_t` */
  u32: number;
  /** `long` */
  i64: bigint;
  /** `size_t` */
  usize: bigint;
  /** A pointer to JavaScript memory. */
  buffer: Bytes;
  /** A pointer as a number. */
  address: bigint;
}

/** What a caller gets for each C type. */
export interface ResultTypes {
  /** `int` */
  i32: number;
  /** `unsigned int` */
  u32: number;
  /** `long` */
  i64: bigint;
  /** `size_t` */
  usize: bigint;
  /** No function returns JavaScript memory. */
  buffer: never;
  /** A pointer as a number. */
  address: bigint;
}

/** The arguments that a list of C types takes. */
export type Arguments<P extends readonly NativeType[]> = { -readonly [I in keyof P]: ArgumentTypes[P[I]] };

/** The functions of a table, callable. */
export type Functions<T extends Record<string, Signature>> = {
  readonly [K in keyof T]: (...args: Arguments<T[K]["parameters"]>) => ResultTypes[T[K]["result"]];
};

/** The same functions, run off the event loop. */
export type BackgroundFunctions<T extends Record<string, Signature>> = {
  readonly [K in keyof T]: (...args: Arguments<T[K]["parameters"]>) => Promise<ResultTypes[T[K]["result"]]>;
};

/** What the backend of a runtime provides. */
export interface Backend {
  /** Calls that return immediately. */
  readonly libc: Functions<typeof SYMBOLS>;
  /** Calls that may block, run off the event loop. A pending call keeps the program alive. */
  readonly background: BackgroundFunctions<typeof BACKGROUND_SYMBOLS>;
  /** errno of this thread; read it before anything else runs. */
  errno(): number;
  /** Makes a watch on a descriptor, stopped at first. */
  watch(fd: number, onReadable: () => void): Watch;
  /**
   * Takes over a descriptor, so that the runtime closes it if a `Worker` is terminated. Deno does not: it leaves even its
   * own sockets open.
   */
  own(fd: number): Owned;
}

/** A descriptor that its `Worker` owns. */
export interface Owned {
  /** Its number. It changes once, when the runtime takes it over: read it for each call. */
  readonly fd: number;
  /** Fulfilled once the number changes no more: await it before another thread gets the number. */
  readonly settled: Promise<void>;
  /** Closes it. */
  close(): void;
}

/** A watch on one descriptor by the event loop of the runtime. */
export interface Watch {
  /** Starts: calls back once, as soon as the descriptor is readable. It may also call back for no reason. */
  start(): void;
  /** Sets whether it keeps the program alive. It does by default. */
  reference(value: boolean): void;
  /** Ends the watch and closes what it opened. The descriptor stays open. */
  close(): void;
}

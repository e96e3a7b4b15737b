import type { Descriptor } from "./descriptor.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { quoted } from "../checks/quoted.ts";
import { C, type ConstantName } from "../ffi/constants.ts";
import { errnoMessage, errnoName } from "../ffi/errno.ts";
import { describeError, type SystemError } from "../ffi/error.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** How the kernel names an option. */
export interface OptionName {
  /** The C name, such as `"SO_RCVBUF"`. */
  readonly name: string;
  /** The level, such as `SOL_SOCKET`. */
  readonly level: number;
  /** The number, unique within the level. */
  readonly number: number;
  /** The address for error messages, as text. */
  readonly address?: string;
}

/** An option that getsockopt(2) reads. */
export interface ReadableOption<T> extends OptionName {
  /** The size of the value, in bytes. */
  readonly size: number;
  /** Decodes the kernel's bytes. */
  decode(bytes: Uint8Array): T;
}

/** An option that setsockopt(2) sets. */
export interface WritableOption<T> extends OptionName {
  /**
   * The bytes that the kernel takes for a value. `socket` is the one that it is for: the name of an interface is looked
   * up in its network namespace.
   */
  encode(value: T, socket?: Descriptor): Uint8Array;
}

/**
 * An option of a socket, for `socket.get(option)` and `socket.set(option, value)`. For an option that the library does
 * not define, make an object of this shape.
 *
 * @example Define an option
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket, type SocketOption } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const SO_PRIORITY: SocketOption<number> = {
 *   name: "SO_PRIORITY",
 *   level: 1,
 *   number: 12,
 *   size: 4,
 *   encode: (value) => new Uint8Array(new Int32Array([value]).buffer),
 *   decode: (bytes) => bytes[0] ?? 0,
 * };
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * socket.set(SO_PRIORITY, 3);
 * assertEquals(socket.get(SO_PRIORITY), 3);
 * ```
 */
export interface SocketOption<T> extends ReadableOption<T>, WritableOption<T> {}

/**
 * Defines an option whose value is an `int`, as most are. No permission is needed.
 *
 * @param level The level: its C name, or its number.
 * @param name C name of the option.
 * @param number The option's number, if the library does not know its name.
 * @returns The option. It takes 32-bit integers, signed or unsigned, and reads them as signed.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { intOption, Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const SO_PRIORITY = intOption(C.SOL_SOCKET, "SO_PRIORITY", 12);
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * socket.set(SO_PRIORITY, 3);
 * assertEquals(socket.get(SO_PRIORITY), 3);
 * ```
 */
export function intOption(level: ConstantName, name: ConstantName): SocketOption<number>;
/** Defines an option by its numbers. */
export function intOption(level: number, name: string, number: number): SocketOption<number>;
export function intOption(
  level: ConstantName | number,
  name: string,
  number: number = C[name as ConstantName],
): SocketOption<number> {
  return {
    name,
    level: typeof level === "number" ? level : C[level],
    number,
    size: 4,
    encode: (value) => encodeInt(value, name),
    decode: decodeInt,
  };
}

/**
 * Defines an option that is an `int` of 0 or 1. No permission is needed.
 *
 * @param level C name of the level.
 * @param name C name of the option.
 * @returns The option.
 */
export function booleanOption(level: ConstantName, name: ConstantName): SocketOption<boolean> {
  const encode = (value: boolean) => {
    if (typeof value === "boolean") return encodeInt(value ? 1 : 0, name);
    throw new TypeError(`Cannot set ${name} as it must be true or false: current value is ${quoted(value)}`);
  };
  return defineOption(level, name, 4, encode, (bytes) => decodeInt(bytes) !== 0);
}

/**
 * Defines an option whose value is a string, such as the name of an interface or an algorithm. No permission is needed.
 *
 * @param level C name of the level.
 * @param name C name of the option.
 * @param size The size of the kernel's buffer for it, its NUL included.
 * @returns The option.
 */
export function textOption(level: ConstantName, name: ConstantName, size: number): SocketOption<string> {
  return defineOption(level, name, size, (value) => encodeText(value, name, size), (bytes) => {
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  });
}

/**
 * Defines an option whose value is raw bytes. No permission is needed.
 *
 * @param level C name of the level.
 * @param name C name of the option.
 * @param size The size of the value when it is read, in bytes.
 * @returns The option.
 */
export function bytesOption(level: ConstantName, name: ConstantName, size: number): SocketOption<Uint8Array> {
  const encode = (bytes: Uint8Array) => {
    checkBytes(bytes);
    return bytes;
  };
  return defineOption(level, name, size, encode, (bytes) => bytes);
}

/**
 * Defines an option of any type.
 *
 * @param level C name of the level.
 * @param name C name of the option.
 * @param size The size of the value when it is read, in bytes.
 * @param encode Encodes a value.
 * @param decode Decodes a value.
 * @returns The option.
 */
export function defineOption<T>(
  level: ConstantName,
  name: ConstantName,
  size: number,
  encode: (value: T) => Uint8Array,
  decode: (bytes: Uint8Array) => T,
): SocketOption<T> {
  return { ...writableOption(level, name, encode), size, decode };
}

/** Like {@linkcode defineOption}, for an option that can only be read. */
export function readableOption<T>(
  level: ConstantName,
  name: ConstantName,
  size: number,
  decode: (bytes: Uint8Array) => T,
): ReadableOption<T> {
  return { name, level: C[level], number: C[name], size, decode };
}

/** Like {@linkcode defineOption}, for an option that can only be set. */
export function writableOption<T>(
  level: ConstantName,
  name: ConstantName,
  encode: (value: T) => Uint8Array,
): WritableOption<T> {
  return { name, level: C[level], number: C[name], encode };
}

/**
 * Refuses what is not an option, such as its name as a string, and an option that can only be read or only be set.
 *
 * @throws {TypeError} If it refuses it; the message says why.
 */
export function checkOption(option: OptionName, action: "read" | "set"): void {
  const { encode, decode } = Object(option) as Partial<SocketOption<unknown>>;
  if (typeof (action === "set" ? encode : decode) === "function") return;
  throw new TypeError(
    encode === undefined && decode === undefined
      ? `Cannot ${action} an option: pass one that the library exports, such as SO_RCVBUF: current value is ${
        quoted(option)
      }`
      : `Cannot ${action} ${option.name}: it can only be ${action === "set" ? "read" : "set"}`,
  );
}

/** Encodes an `int`, in the machine's byte order. */
export function encodeInt(value: number, name: string): Uint8Array {
  if (!(Number.isInteger(value) && value >= -0x80000000 && value <= 0xffffffff)) {
    throw new RangeError(
      `Cannot set ${name} as it must be a 32-bit integer: current value is ${quoted(value)}`,
    );
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, HOST_LITTLE_ENDIAN);
  return bytes;
}

/** Decodes an `int` in the machine's byte order, or the single byte that the kernel uses for some options. */
export function decodeInt(bytes: Uint8Array): number {
  if (bytes.byteLength < 4) return bytes[0] ?? 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, HOST_LITTLE_ENDIAN);
}

/** Like {@linkcode decodeInt}, for an `unsigned int`. */
export function decodeUnsigned(bytes: Uint8Array): number {
  return decodeInt(bytes) >>> 0;
}

function encodeText(value: string, name: string, size: number): Uint8Array {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot set ${name} as it must be a string: current value is ${quoted(value)}`);
  }
  const text = new TextEncoder().encode(value);
  if (text.length >= size || text.includes(0)) {
    throw new RangeError(
      `Cannot set ${name} as it must be shorter than ${size} bytes and without a NUL: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
  // The kernel needs no NUL, but SMC sockets refuse options that are shorter than an int.
  const bytes = new Uint8Array(Math.max(text.length + 1, 4));
  bytes.set(text);
  return bytes;
}

/** The error of getsockopt(2) or setsockopt(2), which names the option. */
export function optionError(errno: number, syscall: "getsockopt" | "setsockopt", option: OptionName): SystemError {
  const code = errnoName(errno) ?? `E${errno}`;
  const action = syscall === "getsockopt" ? "read" : "set";
  const { name, address } = option;
  const message = `Cannot ${action} ${address === undefined ? name : `${name} to ${address}`}: ${
    errnoMessage(errno)
  } (${code})`;
  return describeError(message, { errno, code, syscall, ...(address === undefined ? {} : { address }) });
}

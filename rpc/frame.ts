import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { FrameError } from "./frame_error.ts";

/** Bytes before the body of a frame: two `int32`, the version and the length. */
export const FRAME_HEAD_LENGTH = 8;

/** The only version of the protocol. */
export const FRAME_VERSION = 1;

/** The default limit of a body: 8 MiB. */
export const FRAME_MAX_LENGTH = 8 * 1024 * 1024;

const INT32_MAX = 0x7fffffff;
const VERSION_SWAPPED = 0x01000000;
const NATIVE_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The frame format. Both ends must agree on it. */
export interface FrameOptions {
  /**
   * The byte order of the two integers: `"native"` is that of this machine, as `struct.pack("ii")` in Python.
   *
   * @default {"native"}
   */
  byteOrder?: "native" | "little" | "big";
  /**
   * The longest body in bytes, checked when encoding; when decoding, as soon as the head has arrived.
   *
   * @default {8388608}
   */
  maxLength?: number;
}

/** The names of {@linkcode FrameOptions}. */
export const FRAME_OPTIONS: OptionNames<FrameOptions> = { byteOrder: true, maxLength: true };

/** {@linkcode FrameOptions} with every default filled in. */
export interface FrameFormat {
  /** Whether the two integers are little endian. */
  little: boolean;
  /** The longest body in bytes. */
  maxLength: number;
}

/** Checks options that are only frame options, once for many frames. */
export function frameFormatOf(action: string, options: FrameOptions): FrameFormat {
  options = checkOptions(action, options, FRAME_OPTIONS);
  return frameFormat(options);
}

/** Checks the frame options among others. */
export function frameFormat({ byteOrder = "native", maxLength = FRAME_MAX_LENGTH }: FrameOptions = {}): FrameFormat {
  if (byteOrder !== "native" && byteOrder !== "little" && byteOrder !== "big") {
    throw new TypeError(
      `Cannot use byteOrder as it must be native, little or big: current value is ${quoted(byteOrder)}`,
    );
  }
  if (!Number.isInteger(maxLength) || maxLength < 0 || maxLength > INT32_MAX) {
    const value = quoted(maxLength);
    throw new RangeError(
      `Cannot use maxLength as it must be an integer from 0 to 2147483647: current value is ${value}`,
    );
  }
  return { little: byteOrder === "native" ? NATIVE_IS_LITTLE : byteOrder === "little", maxLength };
}

/** Writes a head of 8 bytes at `at`. */
export function encodeHead(view: DataView, at: number, length: number, { little, maxLength }: FrameFormat): void {
  if (length > maxLength) {
    throw new FrameError(`Cannot encode a frame of ${length} bytes: the limit is ${maxLength}`, "too-long", 4);
  }
  view.setInt32(at, FRAME_VERSION, little);
  view.setInt32(at + 4, length, little);
}

/** Reads the head at `at` and returns the length of its body; `offset` is the position of the head in the stream. */
export function decodeHead(view: DataView, at: number, { little, maxLength }: FrameFormat, offset: number): number {
  const version = view.getInt32(at, little);
  if (version === VERSION_SWAPPED) {
    const other = little ? "big" : "little";
    const message =
      `Cannot decode the frame at byte ${offset}: its version is 1 in ${other} endian, the other byte order`;
    throw new FrameError(message, "swapped-version", offset);
  }
  if (version !== FRAME_VERSION) {
    throw new FrameError(
      `Cannot decode the frame at byte ${offset}: its version is ${version}, not ${FRAME_VERSION}`,
      "wrong-version",
      offset,
    );
  }
  const length = view.getInt32(at + 4, little);
  if (length < 0) {
    throw new FrameError(
      `Cannot decode the frame at byte ${offset}: its length is ${length}`,
      "negative-length",
      offset + 4,
    );
  }
  if (length > maxLength) {
    throw new FrameError(
      `Cannot decode the frame at byte ${offset}: its length is ${length}, the limit is ${maxLength}`,
      "too-long",
      offset + 4,
    );
  }
  return length;
}

import { C } from "../ffi/constants.ts";
import { hooksOf } from "../socket/descriptor.ts";
import { booleanOption, type SocketOption } from "../socket/option.ts";
import type { Socket } from "../socket/socket.ts";
import { isTcp } from "./smc_status.ts";

/** Whether a listener falls back to TCP while too many SMC handshakes wait (`SOL_SMC`). */
export const SMC_LIMIT_HS: SocketOption<boolean> = booleanOption("SOL_SMC", "SMC_LIMIT_HS");

/** The kernel checks only the number: at any level except the socket's own, it treats the option as the TCP option. */
const FALLBACK_OPTIONS: Record<number, string> = {
  23: "TCP_FASTOPEN",
  30: "TCP_FASTOPEN_CONNECT",
  33: "TCP_FASTOPEN_KEY",
  34: "TCP_FASTOPEN_NO_COOKIE",
};

/**
 * Checks a socket's options while it is SMC. It refuses options that would make it fall back to TCP, and pads values
 * that are shorter than an `int` with zeros: the kernel would set them and then report an error.
 */
export function guardSmcOptions(socket: Socket): void {
  hooksOf(socket).beforeOption = (level, number, value) => {
    if (level === C.SOL_SOCKET || level === C.SOL_SMC || isTcp(socket)) return value;
    const name = FALLBACK_OPTIONS[number];
    if (name !== undefined) {
      throw new TypeError(
        `Cannot set option ${number} of level ${level} as the kernel would treat it as ${name} and fall back from SMC to TCP`,
      );
    }
    if (value.byteLength >= 4) return value;
    const padded = new Uint8Array(4);
    padded.set(value);
    return padded;
  };
}

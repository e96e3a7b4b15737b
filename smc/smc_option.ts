import { C } from "../ffi/constants.ts";
import { hooksOf } from "../socket/descriptor.ts";
import { booleanOption, type SocketOption } from "../socket/option.ts";
import type { Socket } from "../socket/socket.ts";
import { isTcp } from "./smc_status.ts";

/** Whether a listener makes connections TCP while too many SMC handshakes wait (`SOL_SMC`). */
export const SMC_LIMIT_HS: SocketOption<boolean> = booleanOption("SOL_SMC", "SMC_LIMIT_HS");

/** The kernel looks at the number only: at any level but those of the socket itself, it is taken for the one of TCP. */
const FALLBACK_OPTIONS: Record<number, string> = {
  23: "TCP_FASTOPEN",
  30: "TCP_FASTOPEN_CONNECT",
  33: "TCP_FASTOPEN_KEY",
  34: "TCP_FASTOPEN_NO_COOKIE",
};

/**
 * Has a socket's options checked while it is SMC: those that would make it TCP are refused, and the values that the
 * kernel would set and then call invalid, because they are shorter than an `int`, are padded with zeros.
 */
export function guardSmcOptions(socket: Socket): void {
  hooksOf(socket).beforeOption = (level, number, value) => {
    if (level === C.SOL_SOCKET || level === C.SOL_SMC || isTcp(socket)) return value;
    const name = FALLBACK_OPTIONS[number];
    if (name !== undefined) {
      throw new TypeError(
        `Cannot set option ${number} of level ${level} as the kernel would take it for ${name} and make SMC TCP`,
      );
    }
    if (value.byteLength >= 4) return value;
    const padded = new Uint8Array(4);
    padded.set(value);
    return padded;
  };
}

import { C } from "../ffi/constants.ts";
import { Socket } from "../socket/socket.ts";

/** Whether this kernel has SMC sockets, and if not, why. */
export interface SmcSupport {
  /** Whether it has them. */
  supported: boolean;
  /** The kernel's error, if it has none. */
  reason?: string;
  /** What to do about it. */
  advice?: string;
}

/**
 * Opens an SMC socket to find out, and closes it again. Permission: `--allow-ffi`.
 *
 * A kernel with SMC may still make every connection TCP, for lack of a device or a peer with SMC: see `SmcConn.smc()`.
 *
 * @returns Whether there are SMC sockets. It does not throw for a kernel without them.
 *
 * @example Usage
 * ```ts
 * import { smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * const { supported, reason } = smcSupport();
 * assert(supported || reason !== undefined);
 * ```
 */
export function smcSupport(): SmcSupport {
  try {
    Socket.open(C.AF_SMC, C.SOCK_STREAM).close();
    return { supported: true };
  } catch (error) {
    if (!(error instanceof Error) || !("errno" in error)) throw error;
    return { supported: false, reason: error.message, advice: SMC_ADVICE };
  }
}

/** What to do if the kernel has no AF_SMC. */
export const SMC_ADVICE = "Load the module with `modprobe smc`, or use a kernel that is built with CONFIG_SMC";

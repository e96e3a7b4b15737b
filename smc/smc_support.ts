import { C } from "../ffi/constants.ts";
import { Socket } from "../socket/socket.ts";

/** Whether this kernel has SMC sockets, and if not, why. */
export interface SmcSupport {
  /** Whether it has. */
  supported: boolean;
  /** The kernel's answer, where it has not. */
  reason?: string;
  /** What to do about it. */
  advice?: string;
}

/**
 * Asks the kernel for an SMC socket, and closes it again. Permission: `--allow-ffi`.
 *
 * A kernel that has SMC may still make every connection TCP, without a device or a peer that has it: see
 * `SmcConn.smc()`.
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

/** What to do where the kernel has no AF_SMC. */
export const SMC_ADVICE = "Load the module by `modprobe smc`, or take a kernel that is built with CONFIG_SMC";

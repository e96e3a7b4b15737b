import { C } from "../ffi/constants.ts";
import { isSystemError, libraryError, type SystemError } from "../ffi/error.ts";
import type { SmcMode } from "../netlink/diag/socket_info.ts";
import type { Socket } from "../socket/socket.ts";
import type { WaitOptions } from "../socket/wait_options.ts";
import type { SmcFallback } from "./fallback.ts";
import { listSmcSockets } from "./netlink/list_smc_sockets.ts";
import { SMC_ADVICE } from "./smc_support.ts";

/** Whether a connection is really SMC, and if not, why. */
export interface SmcStatus {
  /** What carries its data. */
  mode: SmcMode;
  /** Why it fell back to TCP, if it did. */
  fallback?: SmcFallback;
}

/** The error of a connection that is refused because it is not SMC. */
export interface SmcFallbackError extends SystemError {
  /** Why it fell back to TCP. */
  fallback: SmcFallback;
}

/** The reason for a socket that was opened as TCP, for which the kernel has none. */
const NO_AF_SMC: SmcFallback = { code: 0, reason: "This kernel has no AF_SMC", advice: SMC_ADVICE };
const NOT_TOLD: SmcFallback = {
  code: 0,
  reason: "The kernel does not report the reason",
  advice: "Load the module smc_diag, and look in the network namespace in which the socket was opened",
};

/**
 * `SO_PROTOCOL`: after a fallback the descriptor refers to the underlying TCP socket, so this check needs no netlink.
 */
export function isTcp(socket: Socket): boolean {
  return socket.getOption(C.SOL_SOCKET, C.SO_PROTOCOL) === C.IPPROTO_TCP;
}

/** Gets the status of a connected socket from sock_diag, by its inode. */
export async function smcStatus(socket: Socket, options?: WaitOptions): Promise<SmcStatus> {
  const tcp = isTcp(socket);
  const inode = socket.inode();
  const sockets = await listSmcSockets(options).catch((error) => {
    if (tcp && isSystemError(error, "EAFNOSUPPORT")) return undefined;
    throw error;
  });
  const info = sockets?.find((info) => info.inode === inode);
  if (tcp) return { mode: "tcp", fallback: info?.fallback ?? (sockets === undefined ? NO_AF_SMC : NOT_TOLD) };
  if (info?.mode === undefined) {
    const text = "Cannot get the mode of the connection: sock_diag does not list its socket";
    throw libraryError("ENOENT", "recvfrom", text);
  }
  return info.fallback === undefined ? { mode: info.mode } : { mode: info.mode, fallback: info.fallback };
}

/** Closes a connection that is not SMC, and throws the reason. If it is SMC, this costs one system call. */
export async function requireSmc(socket: Socket, syscall: string, options?: WaitOptions): Promise<void> {
  try {
    if (!isTcp(socket)) return;
    const { fallback = NOT_TOLD } = await smcStatus(socket, options);
    const peer = fallback.peerReason === undefined ? "" : ` (peer: ${fallback.peerReason})`;
    const text = `Cannot ${syscall} over SMC as the connection is TCP: ${fallback.reason}${peer}. ${fallback.advice}`;
    throw Object.assign(libraryError("EPROTONOSUPPORT", syscall, text), { fallback });
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Whether an error is that of a connection that is not SMC, as `fallback: "refuse"` causes it. No permission is
 * needed.
 *
 * @param error What was thrown.
 * @returns Whether it is; its `fallback` then has the reason.
 *
 * @example Insist on SMC
 * ```ts
 * import { isFallbackError, SmcConn, SmcListener } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", unsupported: "tcp" });
 * try {
 *   using conn = await SmcConn.connect({ ...listener.addr, unsupported: "tcp", fallback: "refuse" });
 *   assert((await conn.smc()).mode !== "tcp");
 * } catch (error) {
 *   assert(isFallbackError(error) && error.fallback.reason !== "");
 * }
 * ```
 */
export function isFallbackError(error: unknown): error is SmcFallbackError {
  return error instanceof Error && "fallback" in error;
}

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
  /** Why it is TCP, where it is. */
  fallback?: SmcFallback;
}

/** The error of a connection that is refused because it is not SMC. */
export interface SmcFallbackError extends SystemError {
  /** Why it is TCP. */
  fallback: SmcFallback;
}

/** The kernel's word for a socket that it opened as TCP itself is not there. */
const NO_AF_SMC: SmcFallback = { code: 0, reason: "This kernel has no AF_SMC", advice: SMC_ADVICE };
const NOT_TOLD: SmcFallback = {
  code: 0,
  reason: "The kernel does not tell the reason",
  advice: "Load the module smc_diag, and look in the network namespace in which the socket was opened",
};

/** `SO_PROTOCOL`: after a fallback the descriptor refers to the TCP socket beneath; no netlink is needed to tell. */
export function isTcp(socket: Socket): boolean {
  return socket.getOption(C.SOL_SOCKET, C.SO_PROTOCOL) === C.IPPROTO_TCP;
}

/** Tells the status of a connected socket, from sock_diag by its inode. */
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
    const text = "Cannot tell the mode of the connection: sock_diag does not list its socket";
    throw libraryError("ENOENT", "recvfrom", text);
  }
  return info.fallback === undefined ? { mode: info.mode } : { mode: info.mode, fallback: info.fallback };
}

/** Closes a connection that is not SMC, and throws why it is not. Costs one system call where it is. */
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
 * Whether an error is the one of a connection that is not SMC, which `fallback: "refuse"` asks for. No permission is
 * needed.
 *
 * @param error What was thrown.
 * @returns Whether it is; its `fallback` then tells why.
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

import { C } from "../ffi/constants.ts";
import { isSystemError } from "../ffi/error.ts";
import { Socket } from "../socket/socket.ts";
import { guardSmcOptions } from "./smc_option.ts";
import { SMC_ADVICE } from "./smc_support.ts";

/** Protocol of AF_SMC over IPv4 (`linux/smc.h`). */
export const SMCPROTO_SMC = 0;
/** Protocol of AF_SMC over IPv6 (`linux/smc.h`). */
export const SMCPROTO_SMC6 = 1;
/** The address family, 43. Its sockets use `sockaddr_in` and `sockaddr_in6`. */
export const AF_SMC: number = C.AF_SMC;

/** What to do on a kernel without AF_SMC. */
export interface SmcOpenOptions {
  /**
   * `"throw"` an error that says so, or open a `"tcp"` socket, which interoperates: on the wire, a peer without SMC is
   * TCP.
   *
   * @default {"throw"}
   */
  unsupported?: "throw" | "tcp";
}

/** Opens an SMC socket for addresses of `AF_INET` or `AF_INET6`. */
export function openSmc(family: number, { unsupported = "throw" }: SmcOpenOptions): Socket {
  try {
    const socket = Socket.open(C.AF_SMC, C.SOCK_STREAM, family === C.AF_INET6 ? SMCPROTO_SMC6 : SMCPROTO_SMC);
    guardSmcOptions(socket);
    return socket;
  } catch (error) {
    if (!isSystemError(error, "EAFNOSUPPORT")) throw error;
    if (unsupported === "tcp") return Socket.open(family, C.SOCK_STREAM, C.IPPROTO_TCP);
    error.message = `Cannot open an AF_SMC socket: this kernel lacks it. ${SMC_ADVICE} (EAFNOSUPPORT)`;
    throw error;
  }
}

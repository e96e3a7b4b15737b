import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkOptions } from "../../checks/option_names.ts";
import { isSystemError } from "../../ffi/error.ts";
import { listSockets } from "../../netlink/diag/list_sockets.ts";
import { WAIT_OPTIONS, type WaitOptions } from "../../socket/wait_options.ts";
import { unsupported } from "./_smc_netlink.ts";
import { type SmcSocketInfo, smcSocketInfo } from "./socket_info.ts";

/**
 * Lists the SMC sockets of this network namespace: what `smcss -a -d -R -D` shows, as values. Permission:
 * `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The sockets: listeners, connections, pending ones, and those that are closed but not yet freed.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 * @see {@link https://man7.org/linux/man-pages/man7/sock_diag.7.html | sock_diag(7)}
 *
 * @example Usage
 * ```ts
 * import { listSmcSockets, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) {
 *   for (const { state, mode, fallback } of await listSmcSockets()) console.log(state, mode, fallback?.reason);
 * }
 * assert(typeof smcSupport().supported === "boolean");
 * ```
 */
export async function listSmcSockets(options: WaitOptions = {}): Promise<SmcSocketInfo[]> {
  checkArgumentCount("call listSmcSockets", arguments.length, "{ signal, timeout }");
  options = checkOptions("list the SMC sockets", options, WAIT_OPTIONS);
  try {
    return (await listSockets({ ...options, protocol: "smc" })).map(smcSocketInfo);
  } catch (error) {
    throw isSystemError(error, "EPROTONOSUPPORT") ? unsupported("list the SMC sockets") : error;
  }
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import type { WaitOptions } from "../../socket/wait_options.ts";
import { SMC_NETLINK } from "./_gen_netlink.ts";
import { askSmc } from "./_smc_netlink.ts";

/**
 * Whether listeners fall back to TCP while too many SMC handshakes wait: `net.smc.limit_smc_hs`. Permission:
 * `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns Whether they do.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcHandshakeLimit, smcSupport } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * if (smcSupport().supported) assertEquals(typeof await smcHandshakeLimit(), "boolean");
 * ```
 */
export async function smcHandshakeLimit(options: WaitOptions = {}): Promise<boolean> {
  checkArgumentCount("call smcHandshakeLimit", arguments.length, "{ signal, timeout }");
  const action = "read the SMC handshake limit";
  const [message] = await askSmc(options, { action, command: SMC_NETLINK.DUMP_HS_LIMITATION });
  return message?.attributes.u8(1) === 1;
}

/**
 * Sets {@linkcode smcHandshakeLimit} for this network namespace. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param enabled Whether to limit.
 * @param options How long to wait.
 * @throws {SystemError} If it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { setSmcHandshakeLimit, smcSupport } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * if (!smcSupport().supported) await assertRejects(() => setSmcHandshakeLimit(true), Error, "modprobe smc");
 * ```
 */
export async function setSmcHandshakeLimit(enabled: boolean, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call setSmcHandshakeLimit", arguments.length, "enabled", "{ signal, timeout }");
  const command = enabled ? SMC_NETLINK.ENABLE_HS_LIMITATION : SMC_NETLINK.DISABLE_HS_LIMITATION;
  await askSmc(options, { action: "set the SMC handshake limit", command, change: [] });
}

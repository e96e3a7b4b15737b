import { checkArgumentCount } from "../../checks/argument_count.ts";
import { isSystemError } from "../../ffi/error.ts";
import type { WaitOptions } from "../../socket/wait_options.ts";
import { encodeUeid } from "./_eid.ts";
import { SMC_NETLINK } from "./_gen_netlink.ts";
import { askSmc } from "./_smc_netlink.ts";

/** The system's own enterprise id. */
export interface SmcSeid {
  /** The id; empty if the system has none, as on everything except s390. */
  seid: string;
  /** Whether it is offered to peers. */
  enabled: boolean;
}

/**
 * The user-defined enterprise ids of this system: `smcd ueid show`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The UEIDs.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcSupport, smcUeids } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert(Array.isArray(await smcUeids()));
 * ```
 */
export async function smcUeids(options: WaitOptions = {}): Promise<string[]> {
  checkArgumentCount("call smcUeids", arguments.length, "{ signal, timeout }");
  const messages = await askSmc(options, { action: "list the UEIDs", command: SMC_NETLINK.DUMP_UEID });
  return messages.map(({ attributes }) => attributes.text(1)?.trimEnd()).filter((ueid) => ueid !== undefined);
}

/**
 * Adds a user-defined enterprise id. SMCv2 finds a peer only if both sides have an id in common; SMC-Rv2 always needs
 * one. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param ueid 1 to 32 of A-Z, 0-9, "." and "-".
 * @param options How long to wait.
 * @throws {SyntaxError} If it is not a UEID.
 * @throws {SystemError} If it already exists (`EEXIST`), there are too many (`ERANGE`), or it is not permitted
 * (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addUeid } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addUeid("lower case"), SyntaxError);
 * ```
 */
export async function addUeid(ueid: string, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call addUeid", arguments.length, "ueid", "{ signal, timeout }");
  const change = [encodeUeid(ueid)];
  await askSmc(options, { action: `add the UEID ${ueid}`, command: SMC_NETLINK.ADD_UEID, change });
}

/**
 * Removes a user-defined enterprise id. After the last one is removed, the kernel enables the SEID again. Permission:
 * `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param ueid The UEID.
 * @param options How long to wait.
 * @throws {SyntaxError} If it is not a UEID.
 * @throws {SystemError} If it does not exist (`ENOENT`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { removeUeid } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => removeUeid(""), SyntaxError);
 * ```
 */
export async function removeUeid(ueid: string, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call removeUeid", arguments.length, "ueid", "{ signal, timeout }");
  const change = [encodeUeid(ueid)];
  try {
    await askSmc(options, { action: `remove the UEID ${ueid}`, command: SMC_NETLINK.REMOVE_UEID, change });
  } catch (error) {
    // This is how the kernel reports that it was the last one, and that the SEID is now enabled.
    if (!isSystemError(error, "EAGAIN")) throw error;
  }
}

/**
 * Removes every user-defined enterprise id. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param options How long to wait.
 * @throws {SystemError} If it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { flushUeids, smcSupport } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * if (!smcSupport().supported) await assertRejects(() => flushUeids(), Error, "modprobe smc");
 * ```
 */
export async function flushUeids(options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call flushUeids", arguments.length, "{ signal, timeout }");
  await askSmc(options, { action: "remove all UEIDs", command: SMC_NETLINK.FLUSH_UEID, change: [] });
}

/**
 * The system's own enterprise id: `smcd seid show`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The SEID, and whether it is offered to peers.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcSeid, smcSupport } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * if (smcSupport().supported) assertEquals(typeof (await smcSeid()).enabled, "boolean");
 * ```
 */
export async function smcSeid(options: WaitOptions = {}): Promise<SmcSeid> {
  checkArgumentCount("call smcSeid", arguments.length, "{ signal, timeout }");
  const [message] = await askSmc(options, { action: "read the SEID", command: SMC_NETLINK.DUMP_SEID });
  return { seid: message?.attributes.text(1)?.trimEnd() ?? "", enabled: message?.attributes.u8(2) === 1 };
}

/**
 * Starts or stops offering the system's own enterprise id to peers. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param enabled Whether to offer it.
 * @param options How long to wait.
 * @throws {SystemError} If the system has none (`EOPNOTSUPP`, on everything except s390), disabling it would leave no
 * enterprise id at all (`ENOENT`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { setSeidEnabled, smcSupport } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * if (!smcSupport().supported) await assertRejects(() => setSeidEnabled(true), Error, "modprobe smc");
 * ```
 */
export async function setSeidEnabled(enabled: boolean, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call setSeidEnabled", arguments.length, "enabled", "{ signal, timeout }");
  const command = enabled ? SMC_NETLINK.ENABLE_SEID : SMC_NETLINK.DISABLE_SEID;
  await askSmc(options, { action: `${enabled ? "enable" : "disable"} the SEID`, command, change: [] });
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { isSystemError } from "../../ffi/error.ts";
import type { WaitOptions } from "../../socket/wait_options.ts";
import { askSmc } from "./_smc_netlink.ts";
import {
  decodeSmcPnet,
  encodePnetId,
  encodeSmcPnet,
  SMC_PNETID,
  SMC_PNETID_FAMILY_NAME,
  type SmcPnet,
} from "./pnet.ts";

const family = SMC_PNETID_FAMILY_NAME;
const PNET: OptionNames<SmcPnet> = { device: true, interfaceName: true, pnetId: true, port: true };

/**
 * Lists the user-defined PNET table: `smc_pnet`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The rows.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcPnets, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert(Array.isArray(await smcPnets()));
 * ```
 */
export async function smcPnets(options: WaitOptions = {}): Promise<SmcPnet[]> {
  checkArgumentCount("call smcPnets", arguments.length, "{ signal, timeout }");
  const messages = await askSmc(options, { family, action: "list the PNET table", command: SMC_PNETID.GET });
  return messages.map(({ attributes }) => decodeSmcPnet(attributes));
}

/**
 * Adds a row to the PNET table: an interface, a device or both in a physical network. Permission: `--allow-ffi`,
 * and `CAP_NET_ADMIN`.
 *
 * @param pnet The row; the kernel stores one for the interface and one for the device.
 * @param options How long to wait.
 * @throws {SyntaxError} If a name is empty or too long.
 * @throws {RangeError} If the port is not 1 or 2.
 * @throws {SystemError} If the interface or the device is already in the table (`EEXIST`), or it is not permitted
 * (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addSmcPnet } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addSmcPnet({ pnetId: "NOT VALID", interfaceName: "lo" }), SyntaxError);
 * ```
 */
export async function addSmcPnet(pnet: SmcPnet, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call addSmcPnet", arguments.length, "pnet", "{ signal, timeout }");
  pnet = checkOptions("add to the PNET table", pnet, PNET);
  const action = `add ${pnet.pnetId} to the PNET table`;
  await askSmc(options, { family, action, command: SMC_PNETID.ADD, change: encodeSmcPnet(pnet) });
}

/**
 * Removes a physical network from the PNET table. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param pnetId Name of the physical network.
 * @param options How long to wait.
 * @throws {SyntaxError} If it is not a PNET ID.
 * @throws {SystemError} If it is not in the table (`ENOENT`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { removeSmcPnet } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => removeSmcPnet(""), SyntaxError);
 * ```
 */
export async function removeSmcPnet(pnetId: string, options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call removeSmcPnet", arguments.length, "pnetId", "{ signal, timeout }");
  const change = [encodePnetId(pnetId)];
  await askSmc(options, { family, action: `remove ${pnetId} from the PNET table`, command: SMC_PNETID.DEL, change });
}

/**
 * Empties the PNET table. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param options How long to wait.
 * @throws {SystemError} If it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { flushSmcPnets, smcSupport } from "@berkeley/sockets/smc";
 * import { assertRejects } from "@std/assert";
 *
 * if (!smcSupport().supported) await assertRejects(() => flushSmcPnets(), Error, "modprobe smc");
 * ```
 */
export async function flushSmcPnets(options: WaitOptions = {}): Promise<void> {
  checkArgumentCount("call flushSmcPnets", arguments.length, "{ signal, timeout }");
  try {
    await askSmc(options, { family, action: "empty the PNET table", command: SMC_PNETID.FLUSH, change: [] });
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error; // it was empty
  }
}

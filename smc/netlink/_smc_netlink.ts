import { checkOptions } from "../../checks/option_names.ts";
import { isSystemError, libraryError, type SystemError } from "../../ffi/error.ts";
import type { Attributes } from "../../netlink/attribute.ts";
import type { GenericMessage } from "../../netlink/generic.ts";
import { GenericNetlinkSocket } from "../../netlink/generic_socket.ts";
import { WAIT_OPTIONS, type WaitOptions } from "../../socket/wait_options.ts";
import { SMC_GENL_FAMILY_NAME } from "./_gen_netlink.ts";

/** A request to one of the two SMC families. */
export interface SmcRequest {
  /** The action, for errors. */
  action: string;
  /** The number of the command. */
  command: number;
  /** Name of the family. Default: `SMC_GEN_NETLINK`. */
  family?: string;
  /** Encoded attributes: with them the request is a change, without a dump. */
  change?: Uint8Array[];
}

/** Opens a socket for one request, and explains the kernel's refusals. */
export async function askSmc(wait: WaitOptions, request: SmcRequest): Promise<GenericMessage[]> {
  const { action, command, family = SMC_GENL_FAMILY_NAME, change } = request;
  const options = { ...checkOptions(action, wait, WAIT_OPTIONS), action };
  using netlink = await GenericNetlinkSocket.open(family, options).catch((error) => {
    throw isSystemError(error, "ENOENT") ? unsupported(action) : error;
  });
  try {
    return await (change === undefined ? netlink.dump(command, options) : netlink.request(command, change, options));
  } catch (error) {
    if (!isSystemError(error, "EPERM")) throw error;
    throw libraryError("EPERM", "recvfrom", `Cannot ${action}: it needs CAP_NET_ADMIN (EPERM)`);
  }
}

/** The nested attributes with one number at the top level of the messages. */
export function nests(messages: GenericMessage[], type: number): Attributes[] {
  return messages.map(({ attributes }) => attributes.nested(type)).filter((nest) => nest !== undefined);
}

/** The error for a kernel without SMC. */
export function unsupported(action: string): SystemError {
  const advice = "this kernel has no SMC, or its modules are not loaded: try modprobe smc smc_diag";
  return libraryError("EAFNOSUPPORT", "recvfrom", `Cannot ${action}: ${advice} (EAFNOSUPPORT)`);
}

import { checkFunction } from "../checks/check_function.ts";
import type { NetlinkRequester } from "./netlink_options.ts";
import { NetlinkSocket } from "./netlink_socket.ts";

/** Asks on the given socket, or on a socket only for this call. */
export async function withNetlink<T>(
  given: NetlinkRequester | undefined,
  protocol: number,
  ask: (netlink: NetlinkRequester) => Promise<T>,
): Promise<T> {
  if (given !== undefined) {
    checkFunction("ask the kernel by netlink", "dump() of the netlink option", given?.dump);
    return await ask(given);
  }
  using own = NetlinkSocket.open(protocol);
  return await ask(own);
}

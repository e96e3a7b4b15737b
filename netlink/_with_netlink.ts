import type { NetlinkRequester } from "./netlink_options.ts";
import { NetlinkSocket } from "./netlink_socket.ts";

/** Asks on the given socket, or on a socket only for this call. */
export async function withNetlink<T>(
  given: NetlinkRequester | undefined,
  protocol: number,
  ask: (netlink: NetlinkRequester) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return await ask(given);
  using own = NetlinkSocket.open(protocol);
  return await ask(own);
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { libraryError } from "../../ffi/error.ts";
import { checkWaitOptions } from "../../socket/wait_options.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { withNetlink } from "../_with_netlink.ts";
import { encodeDiagAddress, encodeInetRequest } from "./_inet.ts";
import type { SocketInfo } from "./socket_info.ts";

/**
 * Forcibly closes a socket of another program (`SOCK_DESTROY`), as `ss --kill` does: its calls fail with
 * `ECONNABORTED`, and the peer of a TCP connection gets a reset. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param socket A TCP, UDP or raw socket from `listSockets()`. Its cookie ensures that no other socket is closed.
 * @param options How long to wait.
 * @throws {SystemError} If the socket is gone (`ENOENT`), it is not permitted (`EPERM`), or the kernel cannot destroy
 * sockets of this protocol (`EOPNOTSUPP`).
 * @see {@link https://man7.org/linux/man-pages/man8/ss.8.html | ss(8)}
 *
 * @example Usage
 * ```ts
 * import { destroySocket, listSockets } from "@berkeley/sockets/netlink/diag";
 * import { assertRejects } from "@std/assert";
 *
 * const [unix] = await listSockets({ protocol: "netlink" });
 * if (unix) await assertRejects(() => destroySocket(unix), Error, "EOPNOTSUPP");
 * ```
 */
export async function destroySocket(socket: SocketInfo, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call destroySocket", arguments.length, "socket", "options");
  options = checkWaitOptions("destroy a socket", options, NETLINK_OPTIONS);
  checkObject("destroy a socket", "the socket", socket);
  const { netlink, ...wait } = options;
  const action = `destroy a ${socket.protocol} socket`;
  if (socket.protocol !== "tcp" && socket.protocol !== "udp" && socket.protocol !== "raw") {
    throw libraryError(
      "EOPNOTSUPP",
      "sendto",
      `Cannot ${action}: the kernel can destroy only TCP, UDP and raw sockets (EOPNOTSUPP)`,
    );
  }
  const { protocol, family, localAddr, remoteAddr, interfaceIndex, cookie } = socket;
  const request = encodeInetRequest(protocol, family, 0xffffffff, {
    sourcePort: localAddr.port,
    destinationPort: remoteAddr.port,
    source: encodeDiagAddress(family, localAddr.hostname),
    destination: encodeDiagAddress(family, remoteAddr.hostname),
    interfaceIndex,
    cookie,
  });
  await withNetlink(netlink, NL.NETLINK_SOCK_DIAG, (netlink) => {
    return netlink.request(NL.SOCK_DESTROY, request, { ...wait, action });
  });
}

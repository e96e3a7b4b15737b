import type { OptionNames } from "../../checks/option_names.ts";
import { libraryError } from "../../ffi/error.ts";
import { checkWaitOptions, WAIT_OPTIONS, type WaitOptions } from "../../socket/wait_options.ts";
import { NL } from "../constants.ts";
import { type NetlinkRequester, NetlinkSocket } from "../netlink_socket.ts";
import { encodeDiagAddress, encodeInetRequest } from "./_inet.ts";
import type { SocketInfo } from "./socket_info.ts";

/** Options of {@linkcode destroySocket}. */
export interface DestroySocketOptions extends WaitOptions {
  /** A socket of `NETLINK_SOCK_DIAG` to ask on, such as one of another network namespace. Default: one for this call. */
  netlink?: NetlinkRequester;
}

const DESTROY_SOCKET_OPTIONS: OptionNames<DestroySocketOptions> = { ...WAIT_OPTIONS, netlink: true };

/**
 * Closes a socket of another program by force (`SOCK_DESTROY`), as `ss --kill` does: its calls fail with `ECONNABORTED`,
 * and the peer of a TCP connection gets a reset. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param socket The socket, as `listSockets()` gave it: TCP, UDP or raw. Its cookie makes sure that no other is meant.
 * @param options How long to wait.
 * @throws {SystemError} If the socket is gone (`ENOENT`), it is not allowed (`EPERM`), or the kernel cannot
 * destroy sockets of this protocol (`EOPNOTSUPP`).
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
export async function destroySocket(socket: SocketInfo, options: DestroySocketOptions = {}): Promise<void> {
  checkWaitOptions("destroy a socket", options, DESTROY_SOCKET_OPTIONS);
  const { netlink, ...wait } = options;
  const action = `destroy a ${socket.protocol} socket`;
  if (socket.protocol !== "tcp" && socket.protocol !== "udp" && socket.protocol !== "raw") {
    throw libraryError(
      "EOPNOTSUPP",
      "sendto",
      `Cannot ${action}: the kernel destroys TCP, UDP and raw sockets (EOPNOTSUPP)`,
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
  if (netlink !== undefined) return void await netlink.request(NL.SOCK_DESTROY, request, { ...wait, action });
  using own = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
  await own.request(NL.SOCK_DESTROY, request, { ...wait, action });
}

import { checkArgumentCount } from "../../checks/argument_count.ts";
import { listOf } from "../../checks/list_of.ts";
import { oneOf } from "../../checks/one_of.ts";
import type { OptionNames } from "../../checks/option_names.ts";
import { C } from "../../ffi/constants.ts";
import { isSystemError, libraryError } from "../../ffi/error.ts";
import { TCP_STATES } from "../../inet/options/tcp_info.ts";
import { checkWaitOptions, type WaitOptions } from "../../socket/wait_options.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions, type NetlinkRequester } from "../netlink_options.ts";
import { withNetlink } from "../_with_netlink.ts";
import { decodeInetSocket, encodeInetRequest } from "./_inet.ts";
import { decodeNetlinkSocket, encodeNetlinkRequest } from "./_netlink.ts";
import { decodePacketSocket, encodePacketRequest } from "./_packet.ts";
import { socketProcesses } from "./_processes.ts";
import { decodeSmcSocket, encodeSmcRequest, SMC_STATES } from "./_smc.ts";
import { decodeUnixSocket, encodeUnixRequest } from "./_unix.ts";
import { decodeVsockSocket, encodeVsockRequest } from "./_vsock.ts";
import type { SocketInfo, SocketInfoOf, SocketProtocol } from "./socket_info.ts";

/** Options of {@linkcode listSockets}. */
export interface ListSocketsOptions<P extends SocketProtocol = SocketProtocol> extends NetlinkOptions {
  /** The protocols to list. Default: all that this kernel can list. */
  protocol?: P | readonly P[];
  /** The states to list. Default: all. */
  states?: readonly SocketInfo["state"][];
  /**
   * Whether to look up which programs have the sockets open. This reads `/proc/PID/fd` of every process; only root can
   * read that of other users.
   *
   * @default {false}
   */
  processes?: boolean;
}

const LIST_SOCKETS_OPTIONS: OptionNames<ListSocketsOptions> = {
  ...NETLINK_OPTIONS,
  processes: "boolean",
  protocol: true,
  states: true,
};

interface Family {
  /** The payloads of the requests, for a mask of states. */
  requests: (states: number) => Uint8Array[];
  decode: (payload: Uint8Array) => SocketInfo;
}

const inet = (protocol: "tcp" | "mptcp" | "udp" | "raw"): Family => ({
  requests: (states) => [C.AF_INET, C.AF_INET6].map((family) => encodeInetRequest(protocol, family, states)),
  decode: (payload) => decodeInetSocket(protocol, payload),
});

const FAMILIES: Record<SocketProtocol, Family> = {
  tcp: inet("tcp"),
  mptcp: inet("mptcp"),
  udp: inet("udp"),
  raw: inet("raw"),
  unix: { requests: (states) => [encodeUnixRequest(states)], decode: decodeUnixSocket },
  packet: { requests: () => [encodePacketRequest()], decode: decodePacketSocket },
  netlink: { requests: () => [encodeNetlinkRequest()], decode: decodeNetlinkSocket },
  vsock: { requests: (states) => [encodeVsockRequest(states)], decode: decodeVsockSocket },
  smc: { requests: () => [encodeSmcRequest()], decode: decodeSmcSocket },
};

/**
 * Lists the sockets of this network namespace: what `ss -aempiO` shows, as values. Permission: `--allow-ffi`; no
 * capability is needed.
 *
 * @param options Which sockets to list, whether with their programs, and how long to wait.
 * @returns The sockets, grouped by protocol, in the kernel's order.
 * @throws {TypeError} If a protocol or a state is unknown.
 * @throws {SystemError} If the kernel cannot list the sockets of a requested protocol because it lacks the module, such
 * as raw_diag (`EPROTONOSUPPORT`).
 * @see {@link https://man7.org/linux/man-pages/man7/sock_diag.7.html | sock_diag(7)}
 *
 * @example Find out which program listens on a port
 * ```ts
 * import { TcpListener } from "@berkeley/sockets/inet";
 * import { listSockets } from "@berkeley/sockets/netlink/diag";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * const sockets = await listSockets({ protocol: "tcp", states: ["LISTEN"], processes: true });
 * const socket = sockets.find(({ localAddr }) => localAddr.port === listener.addr.port);
 * assertEquals(socket?.processes?.map(({ pid }) => pid), [Deno.pid]);
 * ```
 */
export async function listSockets<P extends SocketProtocol = SocketProtocol>(
  options: ListSocketsOptions<P> = {},
): Promise<SocketInfoOf<P>[]> {
  checkArgumentCount("call listSockets", arguments.length, "options");
  options = checkWaitOptions("list sockets", options, LIST_SOCKETS_OPTIONS);
  const { protocol, states, processes = false, netlink: given, ...wait } = options;
  const named = protocol === undefined ? undefined : [protocol].flat() as SocketProtocol[];
  const wanted = (named ?? Object.keys(FAMILIES) as SocketProtocol[]).map(checkProtocol);
  checkStates(states);
  const mask = maskOf(states);
  const deadline = performance.now() + (options.timeout ?? Infinity);
  const sockets: SocketInfo[] = [];
  await withNetlink(given, NL.NETLINK_SOCK_DIAG, async (netlink) => {
    for (const name of wanted) {
      const timeout = Math.max(0, deadline - performance.now());
      sockets.push(...await listOne(netlink, name, mask, named !== undefined, { ...wait, timeout }));
    }
  });
  // The kernel lists a netlink socket that is in a group twice.
  const seen = new Set<bigint>();
  const listed = sockets.filter(({ protocol, state, cookie }) => {
    if (protocol === "netlink" && seen.size === seen.add(cookie).size) return false;
    return states?.includes(state) ?? true;
  });
  if (processes) {
    const owners = await socketProcesses(options.signal);
    for (const socket of listed) socket.processes = owners.get(socket.inode) ?? [];
  }
  return listed as SocketInfoOf<P>[];
}

async function listOne(
  netlink: NetlinkRequester,
  protocol: SocketProtocol,
  states: number,
  isNamed: boolean,
  wait: WaitOptions,
): Promise<SocketInfo[]> {
  const { requests, decode } = FAMILIES[protocol];
  const action = `list the ${protocol} sockets`;
  const sockets: SocketInfo[] = [];
  try {
    for (const request of requests(states)) {
      for (const { payload } of await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, request, { ...wait, action })) {
        sockets.push(decode(payload));
      }
    }
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    if (isNamed) {
      const text = `Cannot ${action}: this kernel has no sock_diag module for them (EPROTONOSUPPORT)`;
      throw libraryError("EPROTONOSUPPORT", "recvfrom", text);
    }
  }
  return sockets;
}

function checkProtocol(name: SocketProtocol): SocketProtocol {
  oneOf("list sockets", "protocol", name, FAMILIES);
  return name;
}

const STATES = Object.fromEntries([...TCP_STATES, ...SMC_STATES.values()].map((name) => [name, true]));

/** A misspelt state would match no socket. An SMC state without a name is a number as text. */
function checkStates(states: ListSocketsOptions["states"] = []): void {
  for (const name of listOf("list sockets", "states", states)) {
    if (!/^\d+$/.test(name)) oneOf("list sockets", "state", name, STATES);
  }
}

/** Bit `n` is state `n`. */
function maskOf(states: ListSocketsOptions["states"]): number {
  return TCP_STATES.reduce((mask, name, i) => states?.includes(name) ?? true ? mask | 1 << (i + 1) : mask, 0);
}

/** Prints a table of the sockets on this system, in the columns of ss. */
import { C } from "@berkeley/sockets/ffi";
import { interfaces } from "@berkeley/sockets/inet";
import { type InetSocketInfo, listSockets, type SocketInfo, type SocketProtocol } from "@berkeley/sockets/netlink/diag";
import { formatUnixAddr } from "@berkeley/sockets/unix";
import { parseArgs } from "@std/cli/parse-args";
import { isSeconds } from "./shared/seconds.ts";
import { plainNumbers, printTable, showEvery } from "./shared/table.ts";

const USAGE = `Usage: ss.ts [OPTION...]

Prints the connected sockets in this network namespace: TCP, UDP, raw IP, unix, packet, netlink, vsock and SMC. Addresses and
ports are numbers.

  -t, -u, -w, -x, -0   only TCP, UDP, raw IP, unix, packet; can be combined
      --mptcp, --netlink, --vsock, --smc
  -4, -6               only IPv4, only IPv6
  -a, --all            sockets in any state
  -l, --listening      only sockets that listen, or are bound and not connected
  -p, --processes      the programs that have them open
  -e, --extended       uid, inode, cookie
  -m, --memory         memory
  -i, --info           what TCP knows about a connection
  -o, --options        timers
  -H, --no-header      without the title line
      --json           one array with everything that the kernel reports
      --watch SECONDS  repeat the table
  -h, --help           show this`;

const PROTOCOLS = ["tcp", "udp", "raw", "unix", "packet", "mptcp", "netlink", "vsock", "smc"] as const;
const FLAGS = [
  "4",
  "6",
  "all",
  "listening",
  "processes",
  "extended",
  "memory",
  "info",
  "options",
  "no-header",
  "json",
  "help",
];
const TITLES = ["Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process"];
/** The states of sockets without a connection, shown with -a. */
const QUIET = ["LISTEN", "CLOSE", "TIME_WAIT", "SYN_RECV", "CLOSED", "INIT"];
const STATES: Record<string, string> = {
  ESTABLISHED: "ESTAB",
  CLOSE: "UNCONN",
  FIN_WAIT1: "FIN-WAIT-1",
  FIN_WAIT2: "FIN-WAIT-2",
};
const TYPES: Record<number, string> = { [C.SOCK_STREAM]: "str", [C.SOCK_DGRAM]: "dgr", [C.SOCK_SEQPACKET]: "seq" };
/** `NETLINK_*`, as ss names them. */
const NETLINKS: Record<number, string> = {
  0: "rtnl",
  4: "tcpdiag",
  5: "nflog",
  6: "xfrm",
  7: "selinux",
  9: "audit",
  10: "fiblookup",
  12: "nft",
  15: "uevent",
  16: "genl",
  18: "scsi-trans",
};

const args = parseArgs(Deno.args, {
  string: ["watch"],
  boolean: [...PROTOCOLS, ...FLAGS],
  alias: {
    t: "tcp",
    u: "udp",
    w: "raw",
    x: "unix",
    "0": "packet",
    a: "all",
    l: "listening",
    p: "processes",
    e: "extended",
    m: "memory",
    i: "info",
    o: "options",
    H: "no-header",
    h: "help",
  },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const seconds = args.watch === undefined ? undefined : Number(args.watch);
if (seconds !== undefined && !isSeconds(args.watch ?? "")) {
  usageError(`--watch needs a number of seconds: ${args.watch}`);
}
const protocols: SocketProtocol[] = PROTOCOLS.filter((name) => args[name]);
const options = { processes: args.processes as boolean, ...(protocols.length > 0 ? { protocol: protocols } : {}) };
if (seconds !== undefined) Deno.addSignalListener("SIGINT", () => Deno.exit(0));
try {
  await showEvery(seconds, show);
} catch (error) {
  console.error(`ss: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function show(): Promise<void> {
  const all = await listSockets(options);
  const sockets = all.filter(isWanted);
  if (args.json) {
    return console.log(JSON.stringify(sockets.map(({ attributes: _, ...socket }) => socket), plainNumbers, 2));
  }
  const links = new Map(interfaces().map(({ index, name }) => [index, name]));
  const names = new Map(all.map((socket) => [socket.inode, socket]));
  const rows = sockets.map((socket) => rowOf(socket, links, names));
  printTable(args["no-header"] ? rows : [TITLES, ...rows], " ");
}

function isWanted({ family, state }: SocketInfo): boolean {
  const families = [args["4"] ? C.AF_INET : 0, args["6"] ? C.AF_INET6 : 0].filter(Boolean);
  if (families.length > 0 && !families.includes(family)) return false;
  if (args.all) return true;
  return args.listening ? state === "LISTEN" || state === "CLOSE" : !QUIET.includes(state);
}

function rowOf(socket: SocketInfo, links: Map<number, string>, names: Map<number, SocketInfo>): string[] {
  const state = STATES[socket.state] ?? socket.state.replaceAll("_", "-");
  const queues = [socket.receiveQueue ?? 0, socket.sendQueue ?? 0].map(String);
  return [netidOf(socket), state, ...queues, ...addressesOf(socket, links, names), detailsOf(socket)];
}

function netidOf({ protocol, type }: SocketInfo): string {
  if (protocol === "unix") return `u_${TYPES[type]}`;
  if (protocol === "packet") return type === C.SOCK_RAW ? "p_raw" : "p_dgr";
  if (protocol === "vsock") return `v_${TYPES[type]}`;
  return protocol === "netlink" ? "nl" : protocol;
}

function addressesOf(socket: SocketInfo, links: Map<number, string>, names: Map<number, SocketInfo>): string[] {
  const any = (n: number, value = 0): string => n === value ? "*" : `${n}`;
  switch (socket.protocol) {
    case "unix": {
      const peer = names.get(socket.peerInode ?? 0);
      const name = ({ localAddr }: { localAddr: typeof socket.localAddr }) =>
        localAddr.path === "" ? "*" : formatUnixAddr(localAddr);
      return [
        `${name(socket)} ${socket.inode}`,
        `${peer?.protocol === "unix" ? name(peer) : "*"} ${socket.peerInode ?? 0}`,
      ];
    }
    case "packet": {
      const { protocol, interfaceIndex } = socket.localAddr;
      const kind = protocol === 3 ? "*" : `[${protocol}]`; // 3 is ETH_P_ALL
      return [`${kind}:${links.get(interfaceIndex) ?? "*"}`, "*"];
    }
    case "netlink": {
      const { protocol, port } = socket.localAddr;
      const peer = socket.remoteAddr;
      return [
        `${NETLINKS[protocol] ?? protocol}:${port === 0 ? "kernel" : port}`,
        peer.port === 0 && peer.groups === 0 ? "*" : `${peer.groups}:${peer.port}`,
      ];
    }
    case "vsock":
      return [socket.localAddr, socket.remoteAddr].map(({ cid, port }) =>
        `${any(cid, 2 ** 32 - 1)}:${any(port, 2 ** 32 - 1)}`
      );
    default: {
      const link = links.get(socket.interfaceIndex);
      const hosts = [socket.localAddr, socket.remoteAddr].map(({ hostname }) => {
        const isAny = hostname === "::" && !(socket.protocol !== "smc" && socket.ipv6Only);
        return isAny ? "*" : hostname.includes(":") ? `[${hostname}]` : hostname;
      });
      return [
        `${hosts[0]}${link === undefined ? "" : `%${link}`}:${any(socket.localAddr.port)}`,
        `${hosts[1]}:${any(socket.remoteAddr.port)}`,
      ];
    }
  }
}

function detailsOf(socket: SocketInfo): string {
  const { processes = [], uid = 0, inode, cookie, memory } = socket;
  const parts: string[] = [];
  const users = processes.map(({ pid, command, fd }) => `("${command}",pid=${pid},fd=${fd})`);
  if (users.length > 0) parts.push(`users:(${users.join(",")})`);
  if (args.options && "timer" in socket && socket.timer !== undefined) {
    const { kind, expires, retransmits } = socket.timer;
    parts.push(`timer:(${kind === "retransmit" ? "on" : kind},${expires}ms,${retransmits})`);
  }
  if (args.extended) parts.push(...(uid === 0 ? [] : [`uid:${uid}`]), `ino:${inode}`, `sk:${cookie.toString(16)}`);
  if (args.memory && memory !== undefined) {
    const { receiveAllocated: r, receiveBuffer: rb, sendAllocated: t, sendBuffer: tb, forwardAllocated: f } = memory;
    const { sendQueued: w, optionMemory: o, backlog: bl, drops: d } = memory;
    parts.push(`skmem:(r${r},rb${rb},t${t},tb${tb},f${f},w${w},o${o},bl${bl}${d === undefined ? "" : `,d${d}`})`);
  }
  if (args.info && "tcpInfo" in socket) parts.push(infoOf(socket));
  return parts.join(" ");
}

function infoOf({ congestionControl, tcpInfo, state }: InetSocketInfo): string {
  const parts = [congestionControl ?? ""];
  if (tcpInfo === undefined || state === "LISTEN") return `${parts}`;
  const { rto, rtt, rttVariance, sendMss, pathMtu, receiveMss, advertisedMss, congestionWindow } = tcpInfo;
  parts.push(`rto:${rto}`, `rtt:${rtt}/${rttVariance}`, `mss:${sendMss}`, `pmtu:${pathMtu}`, `rcvmss:${receiveMss}`);
  parts.push(`advmss:${advertisedMss}`, `cwnd:${congestionWindow}`);
  for (const [name, value] of [["bytes_sent", tcpInfo.bytesSent], ["bytes_received", tcpInfo.bytesReceived]] as const) {
    if (value) parts.push(`${name}:${value}`);
  }
  return parts.join(" ");
}

function usageError(message: string): never {
  console.error(`ss: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}

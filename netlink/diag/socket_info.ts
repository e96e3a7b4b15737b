import type { TcpInfo, TcpState } from "../../inet/options/tcp_info.ts";
import type { UnixAddr } from "../../unix/addr.ts";
import type { Attributes } from "../attribute.ts";

/** What the kernel calls the state of a socket, of every protocol but SMC: that of TCP. `CLOSE` is "not connected". */
export type SocketState = TcpState;

/** A program that has a socket open. */
export interface SocketProcess {
  /** Process id. */
  pid: number;
  /** Its name, as `/proc/PID/comm` has it: at most 15 bytes. */
  command: string;
  /** The number of the descriptor in it. */
  fd: number;
}

/** The memory of a socket, in bytes (`struct sk_meminfo`). */
export interface SocketMemory {
  /** Taken by what came and was not read. */
  receiveAllocated: number;
  /** How much that may be (`SO_RCVBUF`). */
  receiveBuffer: number;
  /** Taken by what is on its way out. */
  sendAllocated: number;
  /** How much that may be (`SO_SNDBUF`). */
  sendBuffer: number;
  /** Reserved ahead. */
  forwardAllocated: number;
  /** Taken by what was written and not yet acknowledged, of TCP. */
  sendQueued: number;
  /** Taken by options, filters and control messages. */
  optionMemory: number;
  /** Taken by what came while the program was in a call on the socket. */
  backlog: number;
  /** Packets that were dropped, not bytes. `undefined` before Linux 4.7. */
  drops: number | undefined;
}

/** A timer of a TCP connection that runs. */
export interface SocketTimer {
  /** What happens when it is due. A number that the library does not know stands as text. */
  kind: "retransmit" | "keepalive" | "timewait" | "persist" | `${number}`;
  /** Milliseconds until then. */
  expires: number;
  /** Retransmissions, or probes, without an answer. */
  retransmits: number;
}

/** An IPv4 or IPv6 address and a port; of a raw socket, the protocol stands for the port. */
export interface SocketNetAddr {
  /** The numeric address; that of any is `0.0.0.0` or `::`. */
  hostname: string;
  /** The port; 0 is any. */
  port: number;
}

/** What every socket has, whatever its protocol is. */
export interface SocketInfoBase {
  /** `AF_*`. */
  family: number;
  /** `SOCK_*`. */
  type: number;
  /** The number in `socket:[…]` of its descriptors; 0 where no program has it any more, or not yet. */
  inode: number;
  /** The number that the kernel gave the socket (`SO_COOKIE`). */
  cookie: bigint;
  /** Owner of the socket; `undefined` where the kernel does not tell. */
  uid?: number;
  /** Bytes that came and were not read; of a listener, connections that wait to be accepted. */
  receiveQueue?: number;
  /** Bytes that were written and are not through; of a listener, its backlog. */
  sendQueue?: number;
  /** Index of the interface that the socket is bound to; 0 is any. */
  interfaceIndex: number;
  /** The directions that are shut; `undefined` where the kernel does not tell. */
  shutdown?: "none" | "read" | "write" | "both";
  /** Its memory. */
  memory?: SocketMemory;
  /** The programs that have it open, with `processes: true`: those whose `/proc/PID/fd` may be read. */
  processes?: SocketProcess[];
  /** All attributes of the kernel's answer by their numbers, those without a name here too. */
  attributes: Attributes;
}

/** Options of a socket that sock_diag tells, each by the name of its C constant (`struct inet_diag_sockopt`). */
export interface InetSocketOptions {
  /** `IP_RECVERR`. */
  recverr: boolean;
  /** Whether it is of a protocol with connections. */
  isConnectionSocket: boolean;
  /** `IP_FREEBIND`. */
  freebind: boolean;
  /** `IP_HDRINCL`. */
  hdrincl: boolean;
  /** `IP_MULTICAST_LOOP`. */
  multicastLoop: boolean;
  /** `IP_TRANSPARENT`. */
  transparent: boolean;
  /** `IP_MULTICAST_ALL`. */
  multicastAll: boolean;
  /** `IP_NODEFRAG`. */
  nodefrag: boolean;
  /** `IP_BIND_ADDRESS_NO_PORT`. */
  bindAddressNoPort: boolean;
  /** `IP_RECVERR_RFC4884`. */
  recverrRfc4884: boolean;
  /** `TCP_FASTOPEN_CONNECT`, and the connection is not begun. */
  deferConnect: boolean;
}

/** A socket of IP. */
export interface InetSocketInfo extends SocketInfoBase {
  /** What it speaks. */
  protocol: "tcp" | "mptcp" | "udp" | "raw";
  /** Its state; that of UDP and raw sockets is `CLOSE` or `ESTABLISHED`. */
  state: SocketState;
  /** Its own address. */
  localAddr: SocketNetAddr;
  /** The address that it is connected to. */
  remoteAddr: SocketNetAddr;
  /** Owner of the socket. */
  uid: number;
  /** The timer that runs. */
  timer?: SocketTimer;
  /** What TCP knows of the connection (`TCP_INFO`). */
  tcpInfo?: TcpInfo;
  /** The congestion control of TCP, such as `"cubic"`. */
  congestionControl?: string;
  /** The protocol above TCP (`TCP_ULP`), such as `"tls"`. */
  upperLayer?: string;
  /** `IP_TOS`. */
  tos?: number;
  /** `IPV6_TCLASS`. */
  trafficClass?: number;
  /** `SO_PRIORITY`, or the class of net_cls. */
  classId?: number;
  /** `IPV6_V6ONLY`. */
  ipv6Only?: boolean;
  /** `SO_MARK`; the kernel tells it to CAP_NET_ADMIN only. */
  mark?: number;
  /** The number of its control group, version 2. */
  cgroupId?: bigint;
  /** Options that are not told otherwise. */
  options?: InetSocketOptions;
}

/** A unix socket. */
export interface UnixSocketInfo extends SocketInfoBase {
  /** AF_UNIX. */
  protocol: "unix";
  /** `LISTEN`, `ESTABLISHED` or `CLOSE`. */
  state: SocketState;
  /** Its name. */
  localAddr: UnixAddr;
  /** Inode of the socket that it is connected to. */
  peerInode?: number;
  /** The file that it is bound to. */
  file?: {
    /** Number of the file's inode. */
    inode: number;
    /** The device that the file is on, as the kernel numbers it: `major << 20 | minor`. */
    device: number;
  };
  /** Inodes of the connecting sockets that wait to be accepted, of a listener; 0 where one is gone. */
  pending?: number[];
}

/** A packet socket. */
export interface PacketSocketInfo extends SocketInfoBase {
  /** AF_PACKET. */
  protocol: "packet";
  /** Always `CLOSE`. */
  state: SocketState;
  /** What it takes: `ETH_P_*` and the interface, 0 is any. */
  localAddr: { protocol: number; interfaceIndex: number };
  /** `PACKET_VERSION`: 0 is TPACKET_V1. */
  version?: number;
  /** `PACKET_RESERVE`, bytes. */
  reserve?: number;
  /** `PACKET_COPY_THRESH`, bytes. */
  copyThreshold?: number;
  /** `PACKET_TIMESTAMP`. */
  timestamp?: number;
  /** What is on (`PDI_*`). */
  flags?: ("running" | "auxdata" | "origdev" | "vnethdr" | "loss")[];
  /** Its fanout group: the id, and the type above it (`PACKET_FANOUT`). */
  fanout?: number;
}

/** A netlink socket. */
export interface NetlinkSocketInfo extends SocketInfoBase {
  /** AF_NETLINK. */
  protocol: "netlink";
  /** `ESTABLISHED` where it is connected, else `CLOSE`. */
  state: SocketState;
  /** The part of the kernel that it talks to (`NETLINK_*`), and its port: 0 is the kernel's own end. */
  localAddr: { protocol: number; port: number };
  /** The port and the groups that it is connected to. */
  remoteAddr: { port: number; groups: number };
  /** The numbers of the groups that it has joined. */
  groups: number[];
  /** `NDIAG_FLAG_*`, ORed. */
  flags: number;
}

/** A vsock socket. */
export interface VsockSocketInfo extends SocketInfoBase {
  /** AF_VSOCK. */
  protocol: "vsock";
  /** Its state. */
  state: SocketState;
  /** Its own address; 4294967295 is any. */
  localAddr: { cid: number; port: number };
  /** The address that it is connected to. */
  remoteAddr: { cid: number; port: number };
}

/** The state of an SMC socket, by the kernel's names; a number that is unknown stands as text. */
export type SmcState =
  | "ACTIVE"
  | "INIT"
  | "CLOSED"
  | "LISTEN"
  | "PEERCLOSEWAIT1"
  | "PEERCLOSEWAIT2"
  | "APPCLOSEWAIT1"
  | "APPCLOSEWAIT2"
  | "APPFINCLOSEWAIT"
  | "PEERFINCLOSEWAIT"
  | "PEERABORTWAIT"
  | "PROCESSABORT"
  | `${number}`;

/** What carries the data of an SMC connection: RDMA, shared memory, or TCP after a fallback. */
export type SmcMode = "smc-r" | "smc-d" | "tcp";

/** An SMC socket. What its attributes say is in `listSmcSockets()` of the module for SMC. */
export interface SmcDiagInfo extends SocketInfoBase {
  /** AF_SMC. */
  protocol: "smc";
  /** Its state. */
  state: SmcState;
  /** What carries the data; not there where it is not decided or does not apply. */
  mode?: SmcMode;
  /** The local address. A listener on `::` shows as `0.0.0.0`: the kernel does not tell them apart. */
  localAddr: SocketNetAddr;
  /** The remote address; `0.0.0.0:0` where there is none. */
  remoteAddr: SocketNetAddr;
  /** The directions that are shut. */
  shutdown: NonNullable<SocketInfoBase["shutdown"]>;
  /** Owner of the socket. */
  uid: number;
}

/** A socket of this network namespace, as sock_diag tells it: what {@linkcode listSockets} lists, by its `protocol`. */
export type SocketInfo =
  | InetSocketInfo
  | UnixSocketInfo
  | PacketSocketInfo
  | NetlinkSocketInfo
  | VsockSocketInfo
  | SmcDiagInfo;

/** The protocols whose sockets can be listed. */
export type SocketProtocol = SocketInfo["protocol"];

/** The sockets of some protocols: what is common to `"tcp"` and `"udp"` needs no question for a socket of these. */
export type SocketInfoOf<P extends SocketProtocol, S = SocketInfo> = S extends SocketInfo
  ? Extract<S["protocol"], P> extends never ? never : S
  : never;

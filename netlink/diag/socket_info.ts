import type { TcpInfo, TcpState } from "../../inet/options/tcp_info.ts";
import type { UnixAddr } from "../../unix/addr.ts";
import type { Attributes } from "../attribute.ts";

/**
 * The state of a socket. The kernel uses the names of TCP for every protocol except SMC; `CLOSE` means "not connected".
 */
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
  /** Used by data that was received and not read. */
  receiveAllocated: number;
  /** The limit of that (`SO_RCVBUF`). */
  receiveBuffer: number;
  /** Used by data that is being sent. */
  sendAllocated: number;
  /** The limit of that (`SO_SNDBUF`). */
  sendBuffer: number;
  /** Reserved ahead. */
  forwardAllocated: number;
  /** For TCP, used by data that was written and not yet acknowledged. */
  sendQueued: number;
  /** Used by options, filters and control messages. */
  optionMemory: number;
  /** Used by data that arrived while the program was in a call on the socket. */
  backlog: number;
  /** The number of dropped packets (not bytes). `undefined` before Linux 4.7. */
  drops: number | undefined;
}

/** The running timer of a TCP connection. */
export interface SocketTimer {
  /** What happens when it expires. A number that the library does not know appears as text. */
  kind: "retransmit" | "keepalive" | "timewait" | "persist" | `${number}`;
  /** Milliseconds until it expires. */
  expires: number;
  /** Unanswered retransmissions or probes. */
  retransmits: number;
}

/** An IPv4 or IPv6 address and a port; for a raw socket, the port is the protocol. */
export interface SocketNetAddr {
  /** The numeric address; `0.0.0.0` or `::` is any. */
  hostname: string;
  /** The port; 0 is any. */
  port: number;
}

/** The common fields of all sockets. */
export interface SocketInfoBase {
  /** `AF_*`. */
  family: number;
  /** `SOCK_*`. */
  type: number;
  /** The inode number, as in `socket:[…]` of its descriptors; 0 if no program has it open. */
  inode: number;
  /** The kernel's number for the socket (`SO_COOKIE`). */
  cookie: bigint;
  /** The user id of the owner; `undefined` if the kernel does not report it. */
  uid?: number;
  /** Bytes received and not read; for a listener, connections that wait to be accepted. */
  receiveQueue?: number;
  /** Bytes written and not yet delivered; for a listener, its backlog. */
  sendQueue?: number;
  /** Index of the interface that the socket is bound to; 0 is any. */
  interfaceIndex: number;
  /** The directions that are shut down; `undefined` if the kernel does not report them. */
  shutdown?: "none" | "read" | "write" | "both";
  /** Its memory use. */
  memory?: SocketMemory;
  /** With `processes: true`, the programs that have it open and whose `/proc/PID/fd` is readable. */
  processes?: SocketProcess[];
  /** All attributes of the kernel's answer by number, also those without a field here. */
  attributes: Attributes;
}

/** The socket options that sock_diag reports, by their C names (`struct inet_diag_sockopt`). */
export interface InetSocketOptions {
  /** `IP_RECVERR`. */
  recverr: boolean;
  /** Whether its protocol has connections. */
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
  /** `TCP_FASTOPEN_CONNECT` is set, and the connection has not started yet. */
  deferConnect: boolean;
}

/** An IP socket. */
export interface InetSocketInfo extends SocketInfoBase {
  /** Its protocol. */
  protocol: "tcp" | "mptcp" | "udp" | "raw";
  /** Its state; UDP and raw sockets are `CLOSE` or `ESTABLISHED`. */
  state: SocketState;
  /** Its local address. */
  localAddr: SocketNetAddr;
  /** The address that it is connected to. */
  remoteAddr: SocketNetAddr;
  /** The user id of the owner. */
  uid: number;
  /** The running timer. */
  timer?: SocketTimer;
  /** What TCP knows about the connection (`TCP_INFO`). */
  tcpInfo?: TcpInfo;
  /** The TCP congestion control algorithm, such as `"cubic"`. */
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
  /** `SO_MARK`; the kernel reports it only with CAP_NET_ADMIN. */
  mark?: number;
  /** The number of its control group (cgroup v2). */
  cgroupId?: bigint;
  /** Other options. */
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
  /** For a listener, the inodes of the connecting sockets that wait to be accepted; 0 for one that is gone. */
  pending?: number[];
}

/** A packet socket. */
export interface PacketSocketInfo extends SocketInfoBase {
  /** AF_PACKET. */
  protocol: "packet";
  /** Always `CLOSE`. */
  state: SocketState;
  /** What it receives: the protocol `ETH_P_*` and the interface; 0 is any. */
  localAddr: { protocol: number; interfaceIndex: number };
  /** `PACKET_VERSION`: 0 is TPACKET_V1. */
  version?: number;
  /** `PACKET_RESERVE`, bytes. */
  reserve?: number;
  /** `PACKET_COPY_THRESH`, bytes. */
  copyThreshold?: number;
  /** `PACKET_TIMESTAMP`. */
  timestamp?: number;
  /** The flags that are set (`PDI_*`). */
  flags?: ("running" | "auxdata" | "origdev" | "vnethdr" | "loss")[];
  /** Its fanout group: the id in the low 16 bits, the type above (`PACKET_FANOUT`). */
  fanout?: number;
}

/** A netlink socket. */
export interface NetlinkSocketInfo extends SocketInfoBase {
  /** AF_NETLINK. */
  protocol: "netlink";
  /** `ESTABLISHED` if it is connected, else `CLOSE`. */
  state: SocketState;
  /** Its netlink protocol (`NETLINK_*`) and its port; port 0 is the kernel's end. */
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

/** The state of an SMC socket, by the kernel's names; an unknown number appears as text. */
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

/** An SMC socket. `listSmcSockets()` of `./smc` decodes its attributes. */
export interface SmcDiagInfo extends SocketInfoBase {
  /** AF_SMC. */
  protocol: "smc";
  /** Its state. */
  state: SmcState;
  /** What carries the data; absent if it is not decided or does not apply. */
  mode?: SmcMode;
  /** The local address. A listener on `::` shows as `0.0.0.0`: the kernel does not distinguish them. */
  localAddr: SocketNetAddr;
  /** The remote address; `0.0.0.0:0` if there is none. */
  remoteAddr: SocketNetAddr;
  /** The directions that are shut down. */
  shutdown: NonNullable<SocketInfoBase["shutdown"]>;
  /** The user id of the owner. */
  uid: number;
}

/** A socket of this network namespace, as {@linkcode listSockets} returns it; its `protocol` selects the shape. */
export type SocketInfo =
  | InetSocketInfo
  | UnixSocketInfo
  | PacketSocketInfo
  | NetlinkSocketInfo
  | VsockSocketInfo
  | SmcDiagInfo;

/** The protocols whose sockets can be listed. */
export type SocketProtocol = SocketInfo["protocol"];

/** The sockets of some protocols: code can use the common fields of `"tcp"` and `"udp"` without a check. */
export type SocketInfoOf<P extends SocketProtocol, S = SocketInfo> = S extends SocketInfo
  ? Extract<S["protocol"], P> extends never ? never : S
  : never;

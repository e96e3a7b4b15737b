import { type InetSocketInfo, NetlinkSocket, type SocketInfo } from "../../netlink/diag/mod.ts";
import { NL } from "../../netlink/mod.ts";
import { inNetworkNamespace, Socket } from "../../socket/mod.ts";
import { namespacePair } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";

/** Opens sockets in the namespace of the pair's left end; all are closed with the stack. */
export class Scene implements AsyncDisposable {
  readonly #open: Socket[] = [];

  private constructor(readonly pair: Awaited<ReturnType<typeof namespacePair>>) {}

  static async make(): Promise<Scene> {
    return new Scene(await namespacePair());
  }

  open(family: number, type: number, protocol = 0): Socket {
    const socket = inNetworkNamespace(this.pair.left.path, () => Socket.open(family, type, protocol));
    this.#open.push(socket);
    return socket;
  }

  /** A listener, a connection to it with bytes that nobody reads, and its other end. */
  async connection(family: number, type: number, sockaddr: Uint8Array): Promise<[Socket, Socket, Socket]> {
    const listener = this.open(family, type);
    listener.bind(sockaddr);
    listener.listen(7);
    const client = this.open(family, type);
    await client.connect(listener.localSockaddr());
    const server = await listener.accept();
    this.#open.push(server);
    await client.send(new TextEncoder().encode("seven.."));
    return [listener, client, server];
  }

  netlink(): NetlinkSocket {
    return inNetworkNamespace(this.pair.left.path, () => NetlinkSocket.open(NL.NETLINK_SOCK_DIAG));
  }

  /** The lines of ss in the namespace. */
  async ss(...options: string[]): Promise<string[]> {
    const args = ["netns", "exec", this.pair.left.name, "ss", "-HOnaepmio", ...options];
    return (await runProgram("ip", args)).trim().split("\n").map((line) => line.trim()).filter(Boolean);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.close();
    await this.pair[Symbol.asyncDispose]();
  }
}

export const STATES: Record<string, string> = { ESTABLISHED: "ESTAB", CLOSE: "UNCONN" };

/** A line of ss as fields; what changes from one moment to the next is left out. */
export function fieldsOfLine(line: string): Record<string, string> {
  const [state = "", receiveQueue = "", sendQueue = "", local = "", remote = "", ...rest] = line.split(/\s+/);
  const fields: Record<string, string> = { state, receiveQueue, sendQueue, local, remote };
  for (const part of rest) {
    const [, name = part, value = ""] = /^(\w+):(.+)$/.exec(part) ?? [];
    if (NAMES.includes(name)) fields[name] = value;
    else if (name === "timer") fields[name] = value.split(",")[0]?.slice(1) ?? "";
    else if (["cubic", "reno", "bbr"].includes(part)) fields["congestion"] = part;
  }
  return fields;
}

const NAMES = [
  "users",
  "uid",
  "ino",
  "sk",
  "skmem",
  "v6only",
  "tos",
  "tclass",
  "rto",
  "mss",
  "pmtu",
  "rcvmss",
  "advmss",
  "cwnd",
  "bytes_sent",
  "bytes_acked",
  "bytes_received",
  "segs_out",
  "segs_in",
  "data_segs_out",
  "data_segs_in",
  "wscale",
  "class_id",
  "rcv_ssthresh",
];

/** The same for a socket in our list. */
export function fieldsOf(socket: SocketInfo): Record<string, string> {
  const { state, receiveQueue = 0, sendQueue = 0, processes = [], uid = 0, inode, cookie, memory: m } = socket;
  const users = processes.map(({ pid, command, fd }) => `("${command}",pid=${pid},fd=${fd})`);
  const fields: Record<string, string | number | undefined> = {
    state: STATES[state] ?? state,
    receiveQueue,
    sendQueue,
    ...addressesOf(socket),
    users: users.length === 0 ? undefined : `(${users.join(",")})`,
    uid: uid === 0 ? undefined : uid,
    ino: inode,
    sk: cookie.toString(16),
  };
  if (m !== undefined) {
    fields["skmem"] = `(r${m.receiveAllocated},rb${m.receiveBuffer},t${m.sendAllocated},tb${m.sendBuffer},` +
      `f${m.forwardAllocated},w${m.sendQueued},o${m.optionMemory},bl${m.backlog},d${m.drops})`;
  }
  if (socket.protocol === "tcp" || socket.protocol === "udp") Object.assign(fields, inetFields(socket));
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => [name, `${value}`]),
  );
}

function inetFields(socket: InetSocketInfo): Record<string, string | number | undefined> {
  const { ipv6Only, congestionControl, tcpInfo: tcp, timer, tos, trafficClass, classId } = socket;
  const more = (value: number | undefined) => value === 0 ? undefined : value;
  const listens = socket.state === "LISTEN";
  return {
    v6only: ipv6Only === undefined ? undefined : Number(ipv6Only),
    tos: tos === undefined ? undefined : more(tos) === undefined ? undefined : `0x${tos.toString(16)}`,
    tclass: trafficClass === undefined || trafficClass === 0 ? undefined : `0x${trafficClass.toString(16)}`,
    class_id: classId === undefined || classId === 0 ? undefined : `0x${classId.toString(16)}`,
    timer: timer === undefined ? undefined : timer.kind === "retransmit" ? "on" : timer.kind,
    congestion: congestionControl,
    ...(tcp === undefined ? {} : {
      rto: more(tcp.rto),
      mss: more(tcp.sendMss),
      pmtu: more(tcp.pathMtu),
      rcvmss: more(tcp.receiveMss),
      advmss: more(tcp.advertisedMss),
      cwnd: tcp.congestionWindow,
      rcv_ssthresh: more(tcp.receiveSlowStartThreshold),
      bytes_sent: more(tcp.bytesSent ?? 0),
      bytes_acked: more(tcp.bytesAcked ?? 0),
      bytes_received: more(tcp.bytesReceived ?? 0),
      segs_out: more(tcp.segmentsOut ?? 0),
      segs_in: more(tcp.segmentsIn ?? 0),
      data_segs_out: more(tcp.dataSegmentsOut ?? 0),
      data_segs_in: more(tcp.dataSegmentsIn ?? 0),
      wscale: listens ? undefined : `${tcp.sendWindowScale},${tcp.receiveWindowScale}`,
    }),
  };
}

function addressesOf(socket: SocketInfo): { local: string; remote: string } {
  const any = (n: number) => n === 0 ? "*" : `${n}`;
  switch (socket.protocol) {
    case "unix":
    case "packet":
    case "vsock":
      return { local: "", remote: "" }; // ss has other columns for these
    case "netlink":
      return {
        local: `${socket.localAddr.protocol}:${socket.localAddr.port}`,
        remote: socket.remoteAddr.port + socket.remoteAddr.groups === 0
          ? "*"
          : `${socket.remoteAddr.groups}:${socket.remoteAddr.port}`,
      };
    default: {
      const isOpen = (hostname: string) => hostname === "::" && !("ipv6Only" in socket && socket.ipv6Only);
      const text = ({ hostname, port }: { hostname: string; port: number }) =>
        `${isOpen(hostname) ? "*" : hostname.includes(":") ? `[${hostname}]` : hostname}:${any(port)}`;
      return { local: text(socket.localAddr), remote: text(socket.remoteAddr) };
    }
  }
}

export const byInode = (a: Record<string, string>, b: Record<string, string>) => Number(a["ino"]) - Number(b["ino"]);

import { C } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assertEquals } from "../runner/mod.ts";

/** A family without its own module, opened by its numbers. */
export interface NumberedFamily {
  /** Its name, as the table in docs/families.md has it. */
  name: string;
  /** What socket(2) takes. */
  numbers: [family: number, type: number, protocol: number];
  /** What the test does besides opening, as the table says it; `"opens"` where there is no loopback. */
  shown: string;
  /** Passes data, where there is a loopback or the kernel answers. */
  pass?: () => Promise<void>;
}

const WAIT = { timeout: 10_000 };
const DATA = new TextEncoder().encode("by number");
const [RDS_PORT, DCCP_PORT] = [4000, 4001];
/** `DCCP_SOCKOPT_SERVICE` of `SOL_DCCP`, and `SADB_REGISTER` for AH. */
const [SOL_DCCP, DCCP_SOCKOPT_SERVICE, SADB_REGISTER, SADB_SATYPE_AH] = [269, 2, 7, 2];

/** Every family of Debian's kernel that has no module here. */
export const NUMBERED: NumberedFamily[] = [
  { name: "AF_APPLETALK", numbers: [C.AF_APPLETALK, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_ATMPVC", numbers: [C.AF_ATMPVC, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_AX25", numbers: [C.AF_AX25, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_IEEE802154", numbers: [C.AF_IEEE802154, C.SOCK_DGRAM, 0], shown: "opens" },
  {
    name: "AF_INET, DCCP",
    numbers: [C.AF_INET, C.SOCK_DCCP, C.IPPROTO_DCCP],
    shown: "a packet over loopback",
    pass: passDccp,
  },
  {
    name: "AF_INET, L2TP",
    numbers: [C.AF_INET, C.SOCK_DGRAM, C.IPPROTO_L2TP],
    shown: "a control message over loopback",
    pass: passL2tp,
  },
  { name: "AF_KCM", numbers: [C.AF_KCM, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_KEY", numbers: [C.AF_KEY, C.SOCK_RAW, 2], shown: "the kernel answers SADB_REGISTER", pass: passKey },
  { name: "AF_LLC", numbers: [C.AF_LLC, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_NETROM", numbers: [C.AF_NETROM, C.SOCK_SEQPACKET, 0], shown: "opens" },
  { name: "AF_NFC", numbers: [C.AF_NFC, C.SOCK_STREAM, 1], shown: "opens" },
  { name: "AF_PHONET", numbers: [C.AF_PHONET, C.SOCK_DGRAM, 0], shown: "opens" },
  { name: "AF_PPPOX, PPPoE", numbers: [C.AF_PPPOX, C.SOCK_STREAM, 0], shown: "opens" },
  { name: "AF_QIPCRTR", numbers: [C.AF_QIPCRTR, C.SOCK_DGRAM, 0], shown: "a datagram on this node", pass: passQrtr },
  { name: "AF_RDS", numbers: [C.AF_RDS, C.SOCK_SEQPACKET, 0], shown: "a message over loopback", pass: passRds },
  { name: "AF_ROSE", numbers: [C.AF_ROSE, C.SOCK_SEQPACKET, 0], shown: "opens" },
  { name: "AF_RXRPC", numbers: [C.AF_RXRPC, C.SOCK_DGRAM, C.AF_INET], shown: "opens" },
  { name: "AF_XDP", numbers: [C.AF_XDP, C.SOCK_RAW, 0], shown: "opens" },
];

/** A sockaddr: the family in host order, and bytes behind it. */
function sockaddr(family: number, ...bytes: number[]): Uint8Array {
  return Uint8Array.from([family, 0, ...bytes]);
}

function inet(port: number): Uint8Array {
  return sockaddr(C.AF_INET, port >> 8, port & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
}

async function passRds(): Promise<void> {
  using left = Socket.open(C.AF_RDS, C.SOCK_SEQPACKET);
  using right = Socket.open(C.AF_RDS, C.SOCK_SEQPACKET);
  left.bind(inet(RDS_PORT));
  right.bind(inet(RDS_PORT + 10));
  await left.sendto(DATA, inet(RDS_PORT + 10), WAIT);
  await assertReceives(right);
}

async function passQrtr(): Promise<void> {
  using left = Socket.open(C.AF_QIPCRTR, C.SOCK_DGRAM);
  using right = Socket.open(C.AF_QIPCRTR, C.SOCK_DGRAM);
  // struct sockaddr_qrtr { unsigned short sq_family; __u32 sq_node; __u32 sq_port; };  0, 4, 8
  for (const socket of [left, right]) socket.bind(socket.localSockaddr());
  await left.sendto(DATA, right.localSockaddr(), WAIT);
  await assertReceives(right);
}

async function passDccp(): Promise<void> {
  const open = (): Socket => {
    const socket = Socket.open(C.AF_INET, C.SOCK_DCCP, C.IPPROTO_DCCP);
    socket.setOption(SOL_DCCP, DCCP_SOCKOPT_SERVICE, Uint8Array.of(0, 0, 0, 42));
    return socket;
  };
  using listener = open();
  listener.bind(inet(DCCP_PORT));
  listener.listen(5);
  using client = open();
  const [server] = await Promise.all([listener.accept(WAIT), client.connect(inet(DCCP_PORT), WAIT)]);
  await client.send(DATA, WAIT);
  await assertReceives(server);
  server.close();
}

async function passL2tp(): Promise<void> {
  // struct sockaddr_l2tpip { sa_family_t l2tp_family; __be16 l2tp_unused; struct in_addr l2tp_addr; __u32 l2tp_conn_id; };
  const addr = (id: number): Uint8Array => sockaddr(C.AF_INET, 0, 0, 127, 0, 0, 1, id, 0, 0, 0, 0, 0, 0, 0);
  using left = Socket.open(C.AF_INET, C.SOCK_DGRAM, C.IPPROTO_L2TP);
  using right = Socket.open(C.AF_INET, C.SOCK_DGRAM, C.IPPROTO_L2TP);
  left.bind(addr(1));
  right.bind(addr(2));
  // A control message, to the connection that its second word tells; RFC 3931, section 3.2.1.
  const head = Uint8Array.of(0xc8, 3, 0, 12 + DATA.length, 0, 0, 0, 2, 0, 0, 0, 0);
  await left.sendto(Uint8Array.of(...head, ...DATA), addr(2), WAIT);
  const buffer = new Uint8Array(100);
  const { length } = await right.recvfrom(buffer, WAIT);
  assertEquals(buffer.subarray(length - DATA.length, length), DATA);
}

async function passKey(): Promise<void> {
  using socket = Socket.open(C.AF_KEY, C.SOCK_RAW, 2);
  // struct sadb_msg { u8 version, type, errno, satype; u16 len, reserved; u32 seq, pid; };  len in units of 8 bytes
  const pid = 77;
  await socket.send(Uint8Array.of(2, SADB_REGISTER, 0, SADB_SATYPE_AH, 2, 0, 0, 0, 1, 0, 0, 0, pid, 0, 0, 0), WAIT);
  const answer = new Uint8Array(4096);
  const n = await socket.recv(answer, WAIT);
  assertEquals([n >= 16, answer[1], answer[2], answer[8], answer[12]], [true, SADB_REGISTER, 0, 1, pid]);
}

async function assertReceives(socket: Socket): Promise<void> {
  const buffer = new Uint8Array(100);
  assertEquals(buffer.subarray(0, await socket.recv(buffer, WAIT)), DATA);
}

import { encodeSockaddrAlg } from "@berkeley/sockets/alg";
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { encodeSockaddrHci, l2capAddrCodec, rfcommAddrCodec, scoAddrCodec } from "@berkeley/sockets/bluetooth";
import { encodeSockaddrCan } from "@berkeley/sockets/can";
import { C } from "@berkeley/sockets/ffi";
import * as inet from "@berkeley/sockets/inet";
import { encodeSockaddrLl, packetAddrCodec } from "@berkeley/sockets/packet";
import { sctpAddrCodec } from "@berkeley/sockets/sctp";
import { encodeSockaddrTipc } from "@berkeley/sockets/tipc";
import {
  encodeSockaddrUn,
  UnixConn,
  unixDatagramAddrCodec,
  UnixDatagramSocket,
  UnixListener,
} from "@berkeley/sockets/unix";
import { encodeSockaddrVm } from "@berkeley/sockets/vsock";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** A call with the address that a user passes. */
type Call = (addr: never) => unknown;

const BYTES = new Uint8Array(1);
const NAMELESS = "00:00:00:00:00:00";

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function refuse(calls: Record<string, [valid: object, call: Call]>): Promise<void> {
  for (const [name, [valid, call]] of Object.entries(calls)) {
    const given = { ...valid, colour: "red" };
    const error = await errorOf(() => call(given as never));
    assert(error instanceof TypeError && / no (field|option) colour: /.test(error.message), `${name}: ${error}`);
  }
}

test("the codec of every family encodes an address, and refuses it with an unknown field", async () => {
  const calls: Record<string, [object, Call]> = {
    encodeSockaddrIn: [{ hostname: "127.0.0.1", port: 1 }, inet.encodeSockaddrIn],
    encodeSockaddrIn6: [{ hostname: "::1", port: 1 }, inet.encodeSockaddrIn6],
    encodeInetSockaddr: [{ hostname: "::1", port: 1 }, inet.encodeInetSockaddr],
    tcpAddrCodec: [{ hostname: "localhost", port: 1 }, inet.tcpAddrCodec.encode],
    udpAddrCodec: [{ hostname: "127.0.0.1", port: 1 }, inet.udpAddrCodec.encode],
    ipAddrCodec: [{ hostname: "127.0.0.1" }, inet.ipAddrCodec.encode],
    getnameinfo: [{ hostname: "127.0.0.1", port: 1 }, inet.getnameinfo],
    "encodeSockaddrUn: a path": [{ path: "/a" }, encodeSockaddrUn],
    "encodeSockaddrUn: an abstract name": [{ abstract: "a" }, encodeSockaddrUn],
    "encodeSockaddrUn: autobind": [{ autobind: true }, encodeSockaddrUn],
    unixDatagramAddrCodec: [{ path: "/a" }, unixDatagramAddrCodec.encode],
    encodeSockaddrVm: [{ cid: 1, port: 1 }, encodeSockaddrVm],
    "encodeSockaddrTipc: a service": [{ service: 64, instance: 1 }, encodeSockaddrTipc],
    "encodeSockaddrTipc: a range": [{ service: 64, lower: 1, upper: 2 }, encodeSockaddrTipc],
    "encodeSockaddrTipc: a socket": [{ ref: 1, node: 2 }, encodeSockaddrTipc],
    encodeSockaddrLl: [{ protocol: 1 }, encodeSockaddrLl],
    packetAddrCodec: [{}, packetAddrCodec.encode],
    encodeSockaddrCan: [{ interfaceIndex: 1 }, encodeSockaddrCan],
    "encodeSockaddrCan: ISO-TP": [
      { rxId: 1, txId: 2 },
      (isotp) => encodeSockaddrCan({ interfaceIndex: 1, isotp }),
    ],
    "encodeSockaddrCan: J1939": [
      { name: 0n, pgn: 1, address: 2 },
      (j1939) => encodeSockaddrCan({ interfaceIndex: 1, j1939 }),
    ],
    sctpAddrCodec: [{ hostname: "127.0.0.1", port: 1 }, sctpAddrCodec.encode],
    l2capAddrCodec: [{ address: NAMELESS, psm: 1 }, l2capAddrCodec.encode],
    rfcommAddrCodec: [{ address: NAMELESS, channel: 1 }, rfcommAddrCodec.encode],
    scoAddrCodec: [{ address: NAMELESS }, scoAddrCodec.encode],
    encodeSockaddrHci: [{ device: 0, channel: 0 }, encodeSockaddrHci],
    encodeSockaddrAlg: [{ type: "hash", name: "sha256" }, encodeSockaddrAlg],
  };
  for (const [valid, call] of Object.values(calls)) await call({ ...valid, colour: undefined } as never);
  await refuse(calls);
});

test("sockets refuse the destinations and local addresses that have an unknown field", async () => {
  using udp = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  using unix = UnixDatagramSocket.bind({ autobind: true });
  using tcpListener = inet.TcpListener.listen({ hostname: "127.0.0.1" });
  using unixListener = UnixListener.listen({ autobind: true });
  using blocking = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { codec: inet.udpAddrCodec });
  const { localAddr } = udp;
  await refuse({
    "UdpSocket.send": [localAddr, (addr) => udp.send(BYTES, { addr })],
    "UdpSocket.sendMessage": [localAddr, (addr) => udp.sendMessage({ data: BYTES, addr })],
    "UdpSocket.sendMessage: its settings": [{ hopLimit: 1 }, (info) => udp.sendMessage({ data: BYTES, info })],
    "UdpSocket.connect": [localAddr, (addr) => udp.connect(addr)],
    "UnixDatagramSocket.send": [unix.localAddr, (addr) => unix.send(BYTES, { addr })],
    "UnixDatagramSocket.sendMessage": [unix.localAddr, (addr) => unix.sendMessage({ data: BYTES, addr })],
    "UnixDatagramSocket.connect": [unix.localAddr, (addr) => unix.connect(addr)],
    "TcpConn.connect: localAddr": [
      { hostname: "127.0.0.1" },
      (localAddr) => inet.TcpConn.connect({ ...tcpListener.addr, localAddr }),
    ],
    "UnixConn.connect: localAddr": [
      { autobind: true },
      (localAddr) => UnixConn.connect({ ...unixListener.addr, localAddr }),
    ],
    "BlockingSocket.bind": [{ hostname: "127.0.0.1", port: 0 }, (addr) => blocking.bind(addr)],
    "BlockingSocket.sendto": [localAddr, (addr) => blocking.sendto(BYTES, addr)],
    "BlockingSocket.connect": [localAddr, (addr) => blocking.connect(addr)],
  });
});

test("a misspelt field of an address is named, with the right one beside it", async () => {
  using udp = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  const wrong = async (addr: object): Promise<string> =>
    (await assertRejects(async () => void await udp.send(BYTES, { addr: addr as never }), TypeError)).message;
  assertEquals(
    await wrong({ hostname: "127.0.0.1", prot: 1 }),
    "Cannot encode sockaddr: an address has no field prot: did you mean port?",
  );
  assertEquals(
    await wrong({ host: "127.0.0.1", port: 1 }),
    "Cannot encode sockaddr: an address has no field host: did you mean hostname?",
  );
  assertEquals(
    await wrong("127.0.0.1:1" as never),
    'Cannot encode sockaddr: the address must be an object: current value is "127.0.0.1:1"',
  );
  const both = { service: 64, instance: 1, lower: 1, upper: 2 };
  assertThrows(() => encodeSockaddrTipc(both), TypeError, "has no field instance");
});

import { AlgAead, algHash } from "@berkeley/sockets/alg";
import { BlockingSocket, LineReader, poll as blockingPoll } from "@berkeley/sockets/blocking";
import * as bluetooth from "@berkeley/sockets/bluetooth";
import * as can from "@berkeley/sockets/can";
import * as dictionary from "@berkeley/sockets/dictionary";
import { C } from "@berkeley/sockets/ffi";
import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { GenericNetlinkSocket, NetlinkSocket, NL } from "@berkeley/sockets/netlink";
import { destroySocket, listSockets } from "@berkeley/sockets/netlink/diag";
import * as route from "@berkeley/sockets/netlink/route";
import { NodeStream, serveHttp } from "@berkeley/sockets/node";
import * as rpc from "@berkeley/sockets/rpc";
import * as sctp from "@berkeley/sockets/sctp";
import * as smc from "@berkeley/sockets/smc";
import { MessageBatch, poll } from "@berkeley/sockets/socket";
import * as tipc from "@berkeley/sockets/tipc";
import { TunDevice } from "@berkeley/sockets/tun";
import { socketPair } from "@berkeley/sockets/unix";
import * as vsock from "@berkeley/sockets/vsock";
import { assert, test } from "../runner/mod.ts";

/**
 * A call with the options of a user, one of which does not exist, or which are not an object; required ones are added.
 */
type Call = (options: never) => unknown;

const BYTES = new Uint8Array(1);
const NAMELESS = "00:00:00:00:00:00";
const SERVICE = { service: 1000, instance: 1 };

/** The error that a call throws or rejects with, also at the first step of an iteration. */
async function errorOf(call: Call, options: unknown): Promise<unknown> {
  try {
    const result = call(options as never);
    await (Object(result)[Symbol.asyncIterator] === undefined ? result : (result as AsyncIterator<unknown>).next());
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A call whose options have a required part. */
function and<T extends object>(needed: T, call: (options: T) => unknown): Call {
  return (options: object) => call({ ...needed, ...options });
}

async function refuse(calls: Record<string, Call>): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const error = await errorOf(call, { colour: "red" });
    assert(error instanceof TypeError && / there is no option colour: /.test(error.message), `${name}: ${error}`);
  }
}

test("rare families refuse unknown options before any system call", async () => {
  const { L2capConn, L2capListener, RfcommConn, RfcommListener, ScoConn, ScoListener, HciSocket } = bluetooth;
  await refuse({
    algHash: (options) => algHash("sha256", BYTES, options),
    AlgAead: and({ tagLength: 16 }, (options) => AlgAead.open("gcm(aes)", BYTES, options)),
    HciSocket: (options) => HciSocket.open(options),
    L2capConn: and({ address: NAMELESS, psm: 1 }, (options) => L2capConn.connect(options)),
    L2capListener: and({ psm: 1 }, (options) => L2capListener.listen(options)),
    RfcommConn: and({ address: NAMELESS, channel: 1 }, (options) => RfcommConn.connect(options)),
    RfcommListener: and({ channel: 1 }, (options) => RfcommListener.listen(options)),
    ScoConn: and({ address: NAMELESS }, (options) => ScoConn.connect(options)),
    ScoListener: (options) => ScoListener.listen(options),
    BcmSocket: and({ interface: 1 }, (options) => can.BcmSocket.connect(options)),
    CanSocket: (options) => can.CanSocket.open(options),
    IsotpSocket: and({ interface: 1, rxId: 1, txId: 2 }, (options) => can.IsotpSocket.open(options)),
    J1939Socket: and({ interface: 1 }, (options) => can.J1939Socket.open(options)),
    SctpConn: and({ port: 1 }, (options) => sctp.SctpConn.connect(options)),
    SctpListener: (options) => sctp.SctpListener.listen(options),
    SctpSocket: (options) => sctp.SctpSocket.bind(options),
    TipcConn: and(SERVICE, (options) => tipc.TipcConn.connect(options)),
    TipcListener: and(SERVICE, (options) => tipc.TipcListener.listen(options)),
    TipcSeqpacketConn: and(SERVICE, (options) => tipc.TipcSeqpacketConn.connect(options)),
    TipcSeqpacketListener: and(SERVICE, (options) => tipc.TipcSeqpacketListener.listen(options)),
    "TipcDatagramSocket.bind": and(SERVICE, (options) => tipc.TipcDatagramSocket.bind(options)),
    "TipcDatagramSocket.open": (options) => tipc.TipcDatagramSocket.open(options),
    watchServices: (options) => tipc.watchServices({ service: 1, lower: 1, upper: 1 }, options),
    "watchServices: the range": and({ service: 1, lower: 1, upper: 1 }, (range) => tipc.watchServices(range)),
    TunDevice: (options) => TunDevice.open(options),
    VsockConn: and({ cid: 1, port: 1 }, (options) => vsock.VsockConn.connect(options)),
    VsockListener: (options) => vsock.VsockListener.listen(options),
    VsockSeqpacketConn: and({ cid: 1, port: 1 }, (options) => vsock.VsockSeqpacketConn.connect(options)),
    VsockSeqpacketListener: (options) => vsock.VsockSeqpacketListener.listen(options),
    listSmcSockets: (options) => smc.listSmcSockets(options),
    smcUeids: (options) => smc.smcUeids(options),
    smcLinkGroups: (options) => smc.smcLinkGroups(options),
    smcHandshakeLimit: (options) => smc.smcHandshakeLimit(options),
    addSmcPnet: and({ pnetId: "A" }, (pnet) => smc.addSmcPnet(pnet)),
  });
});

test("blocking sockets refuse unknown options", async () => {
  using socket = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM);
  const [batch, reader] = [new MessageBatch({ capacity: 1, size: 1 }), new LineReader(socket)];
  await refuse({
    open: (options) => BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, options),
    fromFd: (options) => BlockingSocket.fromFd(-1, options),
    connect: (options) => socket.connect(BYTES, options),
    accept: (options) => socket.accept(options),
    recv: (options) => socket.recv(BYTES, options),
    recvfrom: (options) => socket.recvfrom(BYTES, options),
    recvmsg: (options) => socket.recvmsg({ buffers: [BYTES] }, options),
    "recvmsg: the space": and({ buffers: [BYTES] }, (space) => socket.recvmsg(space)),
    recvmmsg: (options) => socket.recvmmsg(batch, options),
    send: (options) => socket.send(BYTES, options),
    sendall: (options) => socket.sendall(BYTES, options),
    sendto: (options) => socket.sendto(BYTES, BYTES, options),
    sendmsg: (options) => socket.sendmsg({ buffers: [BYTES] }, options),
    "sendmsg: the message": and({ buffers: [BYTES] }, (message) => socket.sendmsg(message)),
    sendmmsg: (options) => socket.sendmmsg(batch, options),
    shutdown: (options) => socket.shutdown(C.SHUT_WR, options),
    close: (options) => socket.close(options),
    LineReader: (options) => new LineReader(socket, options),
    readLine: (options) => reader.readLine(options),
    "LineReader.recv": (options) => reader.recv(BYTES, options),
    poll: (options) => blockingPoll([], options),
    "poll: a request": and({ socket }, (request) => blockingPoll([request], { timeout: 0 })),
  });
});

test("netlink, RPC, dictionaries and the classes for Node refuse unknown options", async () => {
  const [left, right] = socketPair("stream");
  using listener = TcpListener.listen({ hostname: "127.0.0.1" });
  await refuse({
    "GenericNetlinkSocket.open": (options) => GenericNetlinkSocket.open("nlctrl", options),
    "NetlinkSocket.open": (options) => NetlinkSocket.open(NL.NETLINK_ROUTE, options),
    listSockets: (options) => listSockets(options),
    destroySocket: (options) => destroySocket({} as never, options),
    listAddresses: (options) => route.listAddresses(options),
    addAddress: and({ address: "127.0.0.9/8", link: "nope0" }, (address) => route.addAddress(address as never)),
    deleteAddress: (options) => route.deleteAddress({ address: "127.0.0.9/8", link: "nope0" } as never, options),
    listLinks: (options) => route.listLinks(options),
    addLink: and({ name: "nope0", kind: "dummy" }, (link) => route.addLink(link as never)),
    changeLink: (settings) => route.changeLink("nope0", settings),
    deleteLink: (options) => route.deleteLink("nope0", options),
    listNeighbours: (options) => route.listNeighbours(options),
    addNeighbour: (neighbour) => route.addNeighbour(neighbour),
    listRoutes: (options) => route.listRoutes(options),
    lookUpRoute: (options) => route.lookUpRoute("127.0.0.1", options),
    addRoute: (options) => route.addRoute(options),
    listRules: (options) => route.listRules(options),
    addRule: (options) => route.addRule(options),
    watch: (options) => route.watch(["links"] as never, options),
    decodeFrame: (options) => rpc.decodeFrame(BYTES, options),
    encodeFrame: (options) => rpc.encodeFrame(BYTES, options),
    FrameDecoder: (options) => new rpc.FrameDecoder(options),
    FrameDecoderStream: (options) => new rpc.FrameDecoderStream(options),
    FrameEncoderStream: (options) => new rpc.FrameEncoderStream(options),
    RpcClient: (options) => new rpc.RpcClient(left, options),
    "RpcServer.serve": (options) => rpc.RpcServer.serve(listener, {}, options),
    dictionary: (options) => dictionary.dictionary(dictionary.memoryStore(), options),
    memoryStore: (options) => dictionary.memoryStore(options),
    sqliteStore: (options) => dictionary.sqliteStore("/dev/null/nothing", options),
    redisStore: (options) => dictionary.redisStore({} as never, options),
    etcdStore: (options) => dictionary.etcdStore({} as never, options),
    NodeStream: (options) => new NodeStream(left, options),
    serveHttp: (options) => serveHttp(listener, () => new Response(), options),
  });
  left.close();
  right.close();
});

test("unknown fields of messages, receive spaces, poll requests and batches are refused", async () => {
  const [left, right] = socketPair("stream");
  using listener = TcpListener.listen({ hostname: "127.0.0.1" });
  using client = await TcpConn.connect(listener.addr);
  await refuse({
    "sendmsg: the message": and({ buffers: [BYTES] }, (message) => left.socket.sendmsg(message)),
    "recvmsg: the space": and({ buffers: [BYTES] }, (space) => left.socket.recvmsg(space)),
    "poll: a request": and({ socket: left }, (request) => poll([request], { timeout: 0 })),
    sendUrgent: (options) => client.sendUrgent(BYTES, options),
    receiveUrgent: (options) => client.receiveUrgent(options),
    setKeepAlive: (options) => client.setKeepAlive(options),
    "read into nothing": (options) => client.read(new Uint8Array(0), options),
    blocking: (options) => left.socket.blocking(options),
  });
  const numbers: Record<string, Call> = {
    sendUrgent: (options) => client.sendUrgent(BYTES, options),
    "read into nothing": (options) => client.read(new Uint8Array(0), options),
    listSmcSockets: (options) => smc.listSmcSockets(options),
    smcPnets: (options) => smc.smcPnets(options),
  };
  for (const [name, call] of Object.entries(numbers)) {
    const error = await errorOf(call, 5);
    assert(error instanceof TypeError && /options must be an object/.test(error.message), `${name}: ${error}`);
  }
  const batch = new MessageBatch({ capacity: 1, size: 1 });
  const error = await errorOf((addr) => batch.push(BYTES, addr), { hostname: "127.0.0.1", port: 1 });
  assert(error instanceof TypeError && batch.length === 0, String(error));
  left.close();
  right.close();
});

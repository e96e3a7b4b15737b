import { C } from "@berkeley/sockets/ffi";
import {
  getaddrinfo,
  gethostbyaddr,
  gethostbyname,
  getnameinfo,
  getservbyname,
  getservbyport,
  RawSocket,
  TcpConn,
  TcpListener,
  UdpSocket,
} from "@berkeley/sockets/inet";
import { NetlinkSocket, NL } from "@berkeley/sockets/netlink";
import { PacketSocket } from "@berkeley/sockets/packet";
import { SmcConn, SmcListener, smcSystemInfo } from "@berkeley/sockets/smc";
import { MessageBatch, poll, relay, sendFile, Socket } from "@berkeley/sockets/socket";
import {
  notifySystemd,
  socketPair,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { assert, assertEquals, test } from "../runner/mod.ts";

type Call = (options: never) => unknown;

/** The error that a call throws or rejects with; anything that it returns instead is closed. */
async function errorOf(call: Call, options: unknown): Promise<Error> {
  try {
    const made = await call(options as never);
    if (typeof made === "object" && made !== null && Symbol.dispose in made) (made as Disposable)[Symbol.dispose]();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error(`it took ${JSON.stringify(options)}`);
}

const ADDR = { hostname: "127.0.0.1", port: 1 };
const ABSTRACT = { abstract: "tests/socket/option_names" };
const BYTES = new Uint8Array(1);

/** Every function of the public API that takes options, except those of RPC. */
function allCalls(): Record<string, Call> {
  return {
    "TcpConn.connect": (options) => TcpConn.connect({ ...ADDR, ...options as object }),
    "TcpListener.listen": (options) => TcpListener.listen({ hostname: "127.0.0.1", ...options as object }),
    "UdpSocket.bind": (options) => UdpSocket.bind(options),
    "RawSocket.open": (options) => RawSocket.open({ protocol: 1, ...options as object }),
    "PacketSocket.open": (options) => PacketSocket.open(options),
    "SmcConn.connect": (options) => SmcConn.connect({ ...ADDR, ...options as object }),
    "SmcListener.listen": (options) => SmcListener.listen(options),
    "UnixConn.connect": (options) => UnixConn.connect({ ...ABSTRACT, ...options as object }),
    "UnixListener.listen": (options) => UnixListener.listen({ ...ABSTRACT, ...options as object }),
    "UnixSeqpacketConn.connect": (options) => UnixSeqpacketConn.connect({ ...ABSTRACT, ...options as object }),
    "UnixSeqpacketListener.listen": (options) => UnixSeqpacketListener.listen({ ...ABSTRACT, ...options as object }),
    "UnixDatagramSocket.bind": (options) => UnixDatagramSocket.bind({ ...ABSTRACT, ...options as object }),
    notifySystemd: (options) => notifySystemd("READY=1", options),
    getaddrinfo: (options) => getaddrinfo("127.0.0.1", 80, options),
    gethostbyaddr: (options) => gethostbyaddr("127.0.0.1", options),
    gethostbyname: (options) => gethostbyname("127.0.0.1", options),
    getnameinfo: (options) => getnameinfo(ADDR, options),
    getservbyname: (options) => getservbyname("http", options),
    getservbyport: (options) => getservbyport(80, options),
    smcSystemInfo: (options) => smcSystemInfo(options),
    "new MessageBatch": (options) => new MessageBatch({ capacity: 1, size: 1, ...options as object }),
    poll: (options) => poll([], { timeout: 0, ...options as object }),
  };
}

test("every function that takes options refuses an unknown one", async () => {
  for (const [name, call] of Object.entries(allCalls())) {
    const error = await errorOf(call, { colour: "red" });
    assert(error instanceof TypeError, `${name}: ${error}`);
    assert(/^Cannot [A-Za-z ]+: there is no option colour: the options are /.test(error.message), error.message);
  }
});

test("every operation of a socket refuses an unknown option, and does nothing", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const [batch, fds] = [new MessageBatch({ capacity: 1, size: 1 }), socketPair("datagram")];
  const [streams, seqpackets] = [socketPair("stream"), socketPair("seqpacket")];
  using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  const netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  const calls: Record<string, Call> = {
    read: (options) => left.read(BYTES, options),
    write: (options) => left.write(BYTES, options),
    accept: (options) => left.accept(options),
    connect: (options) => left.connect(BYTES, options),
    closeWrite: (options) => left.closeWrite(options),
    receiveUrgent: (options) => left.receiveUrgent(options),
    sendFile: (options) => sendFile({ socket: left }, 0, options),
    joinMulticast: (options) => udp.joinMulticast("239.1.2.3", options),
    leaveMulticast: (options) => udp.leaveMulticast("239.1.2.3", options),
    blockMulticast: (options) => udp.blockMulticast("239.1.2.3", "127.0.0.1", options),
    unblockMulticast: (options) => udp.unblockMulticast("239.1.2.3", "127.0.0.1", options),
    recv: (options) => left.recv(BYTES, options),
    recvfrom: (options) => left.recvfrom(BYTES, options),
    recvmsg: (options) => left.recvmsg({ buffers: [BYTES] }, options),
    recvmmsg: (options) => left.recvmmsg(batch, options),
    send: (options) => left.send(BYTES, options),
    sendto: (options) => left.sendto(BYTES, BYTES, options),
    sendmsg: (options) => left.sendmsg({ buffers: [BYTES] }, options),
    sendmmsg: (options) => left.sendmmsg(batch, options),
    "udp.send": (options) => udp.send(BYTES, { addr: udp.localAddr, ...options as object }),
    "udp.receive": (options) => udp.receive(options),
    "udp.receiveMessage": (options) => udp.receiveMessage(options),
    "unix receiveMessage": (options) => fds[0].receiveMessage({ maxFds: 1, ...options as object }),
    "seqpacket receive": (options) => seqpackets[0].receive(options),
    "seqpacket receive into a buffer": (options) => seqpackets[0].receive({ buffer: BYTES, ...options as object }),
    "seqpacket send": (options) => seqpackets[0].send(BYTES, options),
    "seqpacket receiveMessage": (options) => seqpackets[0].receiveMessage(options),
    "stream receiveMessage": (options) => streams[0].receiveMessage(options),
    "udp.sendMessage": (message) => udp.sendMessage({ data: BYTES, addr: udp.localAddr, ...message as object }),
    "unix sendMessage": (message) => fds[0].sendMessage({ data: BYTES, ...message as object }),
    "unix connect": (options) => fds[0].connect(ABSTRACT, options),
    netlink: (options) => netlink.request(NL.NLMSG_NOOP, BYTES, options),
    "netlink events": (options) => netlink.events(options).next(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await errorOf(call, { timeOut: 5 });
    assert(error instanceof TypeError, `${name}: ${error}`);
    assert(error.message.includes(": there is no option timeOut: "), error.message);
  }
  await left.write(new Uint8Array([7]));
  const buffer = new Uint8Array(8);
  assertEquals([await right.read(buffer), buffer[0]], [1, 7]);
  for (const one of [left, right, netlink, ...fds, ...streams, ...seqpackets]) one.close();
});

test("relay() closes both ends when it refuses its options", async () => {
  const [a, b] = socketPair("stream");
  const error = await errorOf((options) => relay(a, b, options), { timeoutMs: 5 });
  assertEquals(error.message, "Cannot relay: there is no option timeoutMs: did you mean timeout?");
  assertEquals([a.socket.fd, b.socket.fd], [-1, -1]);
});

test("the words of node:net, node:dgram and Deno lead to those of this library", async () => {
  const calls = allCalls();
  const advice: [string, Record<string, unknown>, string][] = [
    ["TcpListener.listen", { host: "127.0.0.1" }, "did you mean hostname?"],
    ["TcpListener.listen", { tcpBacklog: 5 }, "did you mean backlog?"],
    ["TcpListener.listen", { address: "127.0.0.1" }, "did you mean hostname?"],
    ["TcpListener.listen", { ipv6only: true }, "did you mean ipv6Only?"],
    ["TcpListener.listen", { reuseaddr: true }, "did you mean reuseAddress?"],
    ["TcpListener.listen", { noDelay: true }, "use the connection's setNoDelay()"],
    ["TcpConn.connect", { host: "127.0.0.1" }, "did you mean hostname?"],
    ["TcpConn.connect", { localAddress: "127.0.0.1" }, "did you mean localAddr?"],
    ["TcpConn.connect", { keepAlive: true }, "use the connection's setKeepAlive()"],
    ["TcpConn.connect", { timeoutMs: 5 }, "did you mean timeout?"],
    ["TcpConn.connect", { abortSignal: 1 }, "did you mean signal?"],
    ["UdpSocket.bind", { address: "127.0.0.1" }, "did you mean hostname?"],
    ["UdpSocket.bind", { reuseAddr: true }, "did you mean reuseAddress?"],
    ["UdpSocket.bind", { loopback: true }, "use the socket's setMulticastLoop()"],
    ["UnixListener.listen", { replacestale: true }, "did you mean replaceStale?"],
    ["UnixConn.connect", { socketPath: "/x" }, "did you mean path?"],
    ["PacketSocket.open", { iface: "lo" }, "did you mean interface?"],
    ["getaddrinfo", { hints: 5 }, "the options are family, flags, protocol, signal, type"],
  ];
  for (const [name, options, text] of advice) {
    const error = await errorOf(calls[name] as Call, options);
    assert(error.message.endsWith(`: ${text}`), `${name}: ${error.message}`);
  }
});

test("options that are not an object are refused, and the error says what was expected", async () => {
  const calls: Record<string, Call> = {
    "Cannot listen": (options) => TcpListener.listen(options),
    "Cannot connect": (options) => TcpConn.connect(options),
    "Cannot bind": (options) => UdpSocket.bind(options),
    "Cannot open a raw socket": (options) => RawSocket.open(options),
    "Cannot open a packet socket": (options) => PacketSocket.open(options),
  };
  for (const [start, call] of Object.entries(calls)) {
    for (const wrong of [8080, "127.0.0.1:80", null, [1], BYTES, new AbortController().signal, () => {}]) {
      const error = await errorOf(call, wrong);
      assert(error instanceof TypeError && error.message.startsWith(`${start}: options must be an object`), `${error}`);
    }
  }
  for (const call of [UnixConn, UnixSeqpacketConn].map((Class): Call => (options) => Class.connect(options))) {
    const error = await errorOf(call, "/x");
    assertEquals(error.message, 'Cannot connect: options must be an object: current value is "/x"');
  }
  for (const call of [UnixListener, UnixSeqpacketListener].map((Class): Call => (options) => Class.listen(options))) {
    const error = await errorOf(call, "/x");
    assertEquals(error.message, 'Cannot listen: options must be an object: current value is "/x"');
  }
});

test("a surplus argument is refused", async () => {
  const connect = TcpConn.connect as unknown as (...args: unknown[]) => Promise<TcpConn>;
  const late = await errorOf((options) => connect(ADDR, options), { timeout: 200 });
  assertEquals(
    late.message,
    "Cannot connect: the arguments are ({ hostname, port, signal, timeout, … }): current number of arguments is 2",
  );
  const listen = UnixListener.listen as unknown as (...args: unknown[]) => UnixListener;
  assert((await errorOf((options) => listen(ABSTRACT, options), { mode: 0o600 })) instanceof TypeError);
});

test("arguments in the order of node:dgram or Deno are refused, and the error says what is expected", async () => {
  using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  const [left, right] = socketPair("seqpacket");
  const [send, receive] = [udp.send.bind(udp), udp.receive.bind(udp)] as unknown as ((...args: unknown[]) => unknown)[];
  assert(send !== undefined && receive !== undefined);
  const { hostname, port } = udp.localAddr;
  const expected: [Call, string][] = [
    [() => send(BYTES, udp.localAddr), "Cannot send: there is no option transport: did you mean addr?"],
    [() => send(BYTES, { hostname, port }), "Cannot send: there is no option hostname: did you mean addr?"],
    [() => send(BYTES, { addr: udp.localAddr }, { timeout: 5 }), "Cannot send: the arguments are (data, { addr, … })"],
    [() => send(BYTES, port, hostname), "Cannot send: the arguments are (data, { addr, … })"],
    [() => receive(BYTES), "Cannot call recvfrom: options must be an object that holds the buffer"],
    [() => receive(undefined, { timeout: 5 }), "Cannot receive: the arguments are ({ buffer, … })"],
    [() => left.receive(BYTES as never), "Cannot receive: options must be an object that holds the buffer"],
    [
      () => left.receiveMessage(BYTES as never),
      "Cannot receive a message: options must be an object that holds the buffer",
    ],
  ];
  for (const [call, text] of expected) {
    const error = await errorOf(call, undefined);
    assert(error instanceof TypeError && error.message.startsWith(text), error.message);
  }
  await send(BYTES, { addr: udp.localAddr, timeout: undefined });
  assertEquals((await udp.receive({ buffer: undefined, timeout: 1000 } as object)).data, BYTES);
  left.close();
  right.close();
});

test("options that are undefined count as left out", async () => {
  const left = { hostname: undefined, port: undefined, backlog: undefined, colour: undefined } as object;
  using listener = TcpListener.listen(left);
  assertEquals(listener.addr.hostname, "0.0.0.0");
  const options = { hostname: undefined, signal: undefined, timeout: undefined, localAddr: undefined } as object;
  using client = await TcpConn.connect({ ...options, port: listener.addr.port });
  using server = await listener.accept(options);
  assertEquals(server.remoteAddr.port, client.localAddr.port);
});

test("an address can be passed as the options, and one of another protocol is refused", async () => {
  using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  const error = await errorOf((options) => TcpConn.connect(options), udp.localAddr);
  assertEquals(error.message, 'Cannot connect as the transport must be tcp: current value is "udp"');
  using one = TcpListener.listen({ hostname: "127.0.0.1", reusePort: true });
  using two = TcpListener.listen({ ...one.addr, reusePort: true });
  assertEquals(two.addr, one.addr);
});

test("listen() without a port lets the kernel choose one, as in Deno", () => {
  using listener = TcpListener.listen();
  using other = TcpListener.listen({ hostname: "127.0.0.1" });
  assert(listener.addr.port > 0 && other.addr.port > 0);
});

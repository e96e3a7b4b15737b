import process from "node:process";
import { RawSocket, TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { type Dictionary, dictionary } from "../../dictionary/mod.ts";
import { RpcClient, RpcServer } from "../../rpc/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { Socket } from "../../socket/mod.ts";
import {
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "../../unix/mod.ts";

/** A family as two programs use it: the server describes itself to the client as JSON. */
export interface Family {
  name: string;
  serve(): { address: unknown; close(): void };
  /** Talks to a server, and throws if anything is wrong. */
  call(address: unknown): Promise<void>;
}

interface Stream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  write(bytes: Uint8Array): Promise<number>;
  read(bytes: Uint8Array): Promise<number | null>;
  closeWrite(): Promise<void>;
  close(): void;
}

type Port = { hostname: string; port: number };

const TEXT = new TextEncoder().encode("a message");
const WAIT = { timeout: 20_000 };

/** Every byte that was sent must come back in order, with both directions active. */
async function exchangeStream(conn: Stream, length = 3_000_000): Promise<void> {
  const sent = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  const received = new Uint8Array(length);
  const writing = conn.write(sent).then(() => conn.closeWrite());
  let at = 0;
  for (;;) {
    const n = await conn.read(received.subarray(at, Math.min(at + 65536, length)));
    if (n === null || n === 0) break;
    at += n;
  }
  await writing;
  conn.close();
  if (at !== length) throw new Error(`${at} of ${length} bytes came back`);
  for (let i = 0; i < length; i++) if (sent[i] !== received[i]) throw new Error(`byte ${i} is another`);
}

function echoStreams(listener: AsyncIterable<Stream> & { close(): void }): () => void {
  void (async () => {
    for await (const conn of listener) void conn.readable.pipeTo(conn.writable).catch(() => {}); // the client tells
  })();
  return () => listener.close();
}

function same(actual: Uint8Array, expected: Uint8Array): void {
  if (actual.join() !== expected.join()) throw new Error(`got ${actual.join()} instead of ${expected.join()}`);
}

function stream<A>(
  name: string,
  listen: () => AsyncIterable<Stream> & { addr: A; close(): void },
  connect: (address: A) => Promise<Stream>,
): Family {
  return {
    name,
    serve() {
      const listener = listen();
      return { address: listener.addr, close: echoStreams(listener) };
    },
    call: async (address) => await exchangeStream(await connect(address as A)),
  };
}

/** Messages of many lengths, the empty one too, come back one by one; one carries a descriptor, which is answered. */
const seqpacket: Family = {
  name: "AF_UNIX seqpacket, with a descriptor",
  serve() {
    const listener = UnixSeqpacketListener.listen({ autobind: true });
    void (async () => {
      for await (const conn of listener) void answer(conn).catch(() => conn.close()); // the client tells
    })();
    return { address: listener.addr, close: () => listener.close() };

    async function answer(conn: UnixSeqpacketConn): Promise<void> {
      for (;;) {
        const message = await conn.receiveMessage({ buffer: new Uint8Array(65536), maxFds: 1 });
        if (message === null) break;
        const [fd] = message.fds;
        if (fd === undefined) await conn.send(message.data);
        else {
          using passed = new UnixConn(Socket.fromFd(fd.take()));
          await passed.write(message.data);
        }
      }
      conn.close();
    }
  },
  async call(address) {
    using conn = await UnixSeqpacketConn.connect(address as Parameters<typeof UnixSeqpacketConn.connect>[0]);
    for (const length of [1, 0, 2, 1000, 60_000]) {
      const bytes = new Uint8Array(length).fill(length);
      await conn.send(bytes);
      const packet = await conn.receive(WAIT);
      same(packet?.data ?? TEXT, bytes);
    }
    using inner = UnixListener.listen({ autobind: true });
    using left = await UnixConn.connect(inner.addr);
    const right = await inner.accept();
    await conn.sendMessage({ data: TEXT, fds: [right] });
    right.close();
    const buffer = new Uint8Array(64);
    same(buffer.subarray(0, await left.read(buffer, WAIT) ?? 0), TEXT);
    if (await left.read(buffer, WAIT) !== null) throw new Error("the passed descriptor is still open");
  },
};

const unixDatagram: Family = {
  name: "AF_UNIX datagram",
  serve() {
    const socket = UnixDatagramSocket.bind({ autobind: true });
    void (async () => {
      for await (const { data, addr } of socket) await socket.send(data, { addr });
    })();
    return { address: socket.localAddr, close: () => socket.close() };
  },
  async call(address) {
    using socket = UnixDatagramSocket.bind({ autobind: true });
    for (const length of [9, 0, 40_000]) {
      const bytes = new Uint8Array(length).fill(length);
      await socket.send(bytes, { addr: address as typeof socket.localAddr });
      same((await socket.receive(WAIT)).data, bytes);
    }
  },
};

function udp(name: string, hostname: string): Family {
  return {
    name,
    serve() {
      const socket = UdpSocket.bind({ hostname });
      void (async () => {
        for await (const { data, addr } of socket) await socket.send(data, { addr });
      })();
      return { address: socket.localAddr, close: () => socket.close() };
    },
    async call(address) {
      using socket = UdpSocket.bind({ hostname });
      for (const length of [9, 0, 40_000]) {
        const bytes = new Uint8Array(length).fill(length);
        await socket.send(bytes, { addr: address as typeof socket.localAddr });
        same((await socket.receive(WAIT)).data, bytes);
      }
    },
  };
}

/** A protocol number for experiments (RFC 3692); each end has its own address of 127.0.0.0/8. */
const PROTOCOL = 253;
const IP_HEADER = 20;

const raw: Family = {
  name: "raw IP",
  serve() {
    const socket = RawSocket.open({ protocol: PROTOCOL, hostname: ownAddress(1) });
    void (async () => {
      for await (const { data, addr } of socket) await socket.send(data.subarray(IP_HEADER), { addr });
    })();
    return { address: socket.localAddr, close: () => socket.close() };
  },
  async call(address) {
    using socket = RawSocket.open({ protocol: PROTOCOL, hostname: ownAddress(2) });
    await socket.send(TEXT, { addr: address as typeof socket.localAddr });
    same((await socket.receive(WAIT)).data.subarray(IP_HEADER), TEXT);
  },
};

function ownAddress(last: number): string {
  return `127.${process.pid >> 8 & 0xff}.${process.pid & 0xff}.${last}`;
}

const rpc: Family = {
  name: "rpc over TCP",
  serve() {
    const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    const server = RpcServer.serve(listener, dictionary());
    return { address: listener.addr, close: () => void server[Symbol.asyncDispose]() };
  },
  call: async (address) => await useDictionary(new RpcClient<Dictionary>(await TcpConn.connect(address as Port))),
};

const rpcUnix: Family = {
  name: "rpc over AF_UNIX seqpacket",
  serve() {
    const listener = UnixSeqpacketListener.listen({ autobind: true });
    const server = RpcServer.serve(listener, dictionary());
    return { address: listener.addr, close: () => void server[Symbol.asyncDispose]() };
  },
  async call(address) {
    const conn = await UnixSeqpacketConn.connect(address as Parameters<typeof UnixSeqpacketConn.connect>[0]);
    await useDictionary(new RpcClient<Dictionary>(conn));
  },
};

async function useDictionary(client: RpcClient<Dictionary>): Promise<void> {
  const names = Array.from({ length: 100 }, (_, i) => `${globalThis.performance.timeOrigin} ${i} ü`);
  await Promise.all(names.map((obj, i) => client.call("PUT", { obj, val: { i } })));
  const values = await Promise.all(names.map((obj) => client.call("GET", { obj })));
  const wrong = values.findIndex(({ val }, i) => JSON.stringify(val) !== JSON.stringify({ i }));
  if (wrong >= 0) throw new Error(`the value of ${wrong} is ${JSON.stringify(values[wrong])}`);
  client.close();
}

/** Every family that two programs can share. */
export const FAMILIES: Family[] = [
  stream(
    "TCP over IPv4",
    () => TcpListener.listen({ hostname: "127.0.0.1", port: 0 }),
    (to: Port) => TcpConn.connect(to),
  ),
  stream("TCP over IPv6", () => TcpListener.listen({ hostname: "::1", port: 0 }), (to: Port) => TcpConn.connect(to)),
  stream(
    "SMC, or TCP where the kernel has none",
    () => SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" }),
    (to: Port) => SmcConn.connect({ ...to, unsupported: "tcp" }),
  ),
  stream(
    "AF_UNIX stream",
    () => UnixListener.listen({ autobind: true }),
    (to: Parameters<typeof UnixConn.connect>[0]) => UnixConn.connect(to),
  ),
  seqpacket,
  unixDatagram,
  udp("UDP over IPv4", "127.0.0.1"),
  udp("UDP over IPv6", "::1"),
  raw,
  rpc,
  rpcUnix,
];

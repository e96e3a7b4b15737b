import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { StreamPeer } from "../peers/stream_peer.ts";
import { type Pair, type StreamCapabilities, streamSuite } from "./stream_suite.ts";

const AF_INET = 2;
const AF_INET6 = 10;
// The peer's data passes through two pipes.
const capabilities: StreamCapabilities = { needs: ["python3"], flood: 8 << 20, rounds: 100 };

streamSuite("TCP over IPv4, connected to Python", () => toPython(AF_INET, "127.0.0.1"), capabilities);
streamSuite("TCP over IPv4, accepted from Python", () => fromPython(AF_INET, "127.0.0.1"), capabilities);
streamSuite("TCP over IPv6, connected to Python", () => toPython(AF_INET6, "::1"), capabilities);
streamSuite("TCP over IPv6, accepted from Python", () => fromPython(AF_INET6, "::1"), capabilities);

async function toPython(family: number, hostname: string): Promise<Pair> {
  const peer = StreamPeer.get();
  const { socket, address } = await peer.listen(family, [hostname, 0]);
  const [theirs, ours] = await Promise.all([
    peer.accept(socket),
    TcpConn.connect({ hostname, port: Number(address[1]) }),
  ]);
  return { ours, theirs, reset: () => theirs.reset(), [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

async function fromPython(family: number, hostname: string): Promise<Pair> {
  const peer = StreamPeer.get();
  using listener = TcpListener.listen({ hostname, port: 0 });
  const [theirs, ours] = await Promise.all([
    peer.connect(family, [hostname, listener.addr.port]),
    listener.accept(),
  ]);
  return { ours, theirs, reset: () => theirs.reset(), [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

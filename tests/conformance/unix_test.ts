import { socketPair, UnixConn, UnixListener } from "../../unix/mod.ts";
import { StreamPeer } from "../peers/stream_peer.ts";
import { tempDir } from "../runner/mod.ts";
import { listenerSuite } from "./listener_suite.ts";
import { type Pair, type StreamCapabilities, type StreamEnd, streamSuite, type Wait } from "./stream_suite.ts";

const AF_UNIX = 1;

streamSuite("unix stream, both ends ours", () => {
  const [ours, theirs] = socketPair("stream");
  return Promise.resolve(pairOf(ours, theirs));
});

// These ends are made differently from a pair; the bulk transfer is tested above.
streamSuite("unix stream, the accepted end", async () => {
  using listener = UnixListener.listen({ autobind: true });
  const theirs = await UnixConn.connect(listener.addr);
  return pairOf(await listener.accept(), theirs);
}, { bulk: 1 << 20 });

listenerSuite("unix stream, abstract names", {
  listen: (options) => UnixListener.listen({ autobind: true, ...options }),
  connect: ({ addr }: UnixListener, options?: Wait) => UnixConn.connect({ ...addr, ...options }),
});

const python: StreamCapabilities = { needs: ["write", "python3"], flood: 8 << 20, rounds: 100 };

streamSuite("unix stream, connected to Python", async () => {
  const peer = StreamPeer.get();
  using dir = tempDir();
  const path = `${dir.path}/listener`;
  const { socket } = await peer.listen(AF_UNIX, path);
  const [theirs, ours] = await Promise.all([peer.accept(socket), UnixConn.connect({ path })]);
  return { ...pairOf(ours, theirs), [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}, python);

streamSuite("unix stream, accepted from Python", async () => {
  const peer = StreamPeer.get();
  const name = `sockets-${crypto.randomUUID()}`;
  using listener = UnixListener.listen({ abstract: name });
  const [theirs, ours] = await Promise.all([peer.connect(AF_UNIX, `\0${name}`), listener.accept()]);
  return { ...pairOf(ours, theirs), [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}, python);

function pairOf(ours: UnixConn, theirs: StreamEnd): Pair {
  return {
    ours,
    theirs,
    // A unix connection is reset by an end that is closed with bytes unread.
    reset: async () => {
      await ours.write(Uint8Array.of(0), { timeout: 20 }).catch(() => {}); // if it has to wait, there are some already
      await theirs.close();
    },
  };
}

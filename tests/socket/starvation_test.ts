import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import process from "node:process";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { encodeFrame, FrameDecoder, RpcServer } from "../../rpc/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { spawn, test, type TestOptions } from "../runner/mod.ts";

/** Milliseconds between two calls of the timer: without any load, this is the longest time without it. */
const TICK = 50;
const SECONDS = 2;
/** Other programs of a busy machine can only make it worse: the best of these counts. */
const ATTEMPTS = 5;
const ROUNDS = 100_000;
const FLOOD = new URL("../peers/flood.c", import.meta.url);
const OPTIONS: TestOptions = { needs: ["write", "cc"], timeout: 120_000 };
const AS_FAIR = "keep a timer waiting at most twice as long as with the runtime's own sockets";
const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** What is flooded. */
interface Server {
  port: number;
  close(): unknown;
}

/** How long no timer fires, at most, while that runs: what other programs take of the processor does not count. */
async function longestSilence(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = now();
  const look = () => {
    const { wall, processor } = now();
    longest = Math.max(longest, Math.min(wall - last.wall, processor - last.processor));
    last = { wall, processor };
  };
  const timer = setInterval(look, TICK);
  await run();
  look();
  clearInterval(timer);
  return longest;
}

function now(): { wall: number; processor: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}

/** Fails if the longest time without a timer is more than twice that beside the runtime's own sockets. */
async function assertFair(ours: () => Promise<unknown>, own: () => Promise<unknown>): Promise<void> {
  const tries: [ours: number, own: number][] = [];
  while (tries.length < ATTEMPTS) {
    const longest = await longestSilence(ours);
    if (longest <= 2 * TICK) return; // no timer of TICK fires more often
    const other = await longestSilence(own);
    if (longest <= 2 * other) return;
    tries.push([longest, other]);
  }
  throw new Error(`Milliseconds without a timer, ours and the runtime's own: ${JSON.stringify(tries)}`);
}

/** Makes a function that floods a server with those bytes. */
function flooded(
  kind: "stream" | "dgram",
  peers: number,
  bytes: Uint8Array,
  open: () => Promise<Server> | Server,
): () => Promise<void> {
  return async () => {
    const program = await compileC(FLOOD);
    const server = await open();
    await Promise.all(Array.from({ length: peers }, async () => {
      await using flood = spawn(program, [kind, String(server.port), String(SECONDS)]);
      flood.write(new TextDecoder().decode(bytes)); // all of it is ASCII
      flood.closeInput();
      const { code, stderr } = await flood.exit;
      if (code !== 0) throw new Error(`The flood failed: ${stderr}`);
    }));
    await server.close();
  };
}

function oursTcp(): Server {
  const listener = TcpListener.listen(LOCAL);
  const serve = async (conn: TcpConn) => {
    const buffer = new Uint8Array(65536);
    while (await conn.read(buffer) !== null);
    conn.close();
  };
  const accepting = (async () => {
    for await (const conn of listener) void serve(conn);
  })();
  return { port: listener.addr.port, close: () => (listener.close(), accepting) };
}

/** The runtime's own sockets; what `answer` makes of the bytes of a connection goes back to it. */
async function ownTcp(open: () => (bytes: Uint8Array) => Uint8Array | void): Promise<Server> {
  const server = createServer((conn) => {
    const answer = open();
    conn.on("error", () => {}).on("data", (bytes) => {
      const reply = answer(bytes);
      if (!reply || conn.write(reply)) return;
      conn.pause();
      conn.once("drain", () => conn.resume());
    });
  });
  server.listen(0, LOCAL.hostname);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test(`8 TCP peers that flood ${AS_FAIR}`, OPTIONS, async () => {
  const bytes = new Uint8Array(1_000_000);
  await assertFair(
    flooded("stream", 8, bytes, oursTcp),
    flooded("stream", 8, bytes, () => ownTcp(() => () => undefined)),
  );
});

/** A server that parses this for each message takes longer than its peers: it always has more to do. */
const jsonOf = (length: number) => JSON.stringify(Array.from({ length }, (_, i) => i));

test(`2 UDP peers that flood ${AS_FAIR}`, OPTIONS, async () => {
  const json = jsonOf(3000);
  const ours = flooded("dgram", 2, new Uint8Array(1), () => {
    const socket = UdpSocket.bind(LOCAL);
    const reading = (async () => {
      for await (const _datagram of socket) JSON.parse(json);
    })();
    return { port: socket.localAddr.port, close: () => (socket.close(), reading) };
  });
  const own = flooded("dgram", 2, new Uint8Array(1), async () => {
    const socket = createSocket("udp4").on("message", () => JSON.parse(json));
    socket.bind(0, LOCAL.hostname);
    await once(socket, "listening");
    return { port: socket.address().port, close: () => socket.close() };
  });
  await assertFair(ours, own);
});

const HANDLERS = { SUM: (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) };

test(`a client that pipelines calls ${AS_FAIR}`, OPTIONS, async () => {
  const call = encodeFrame(new TextEncoder().encode(`{"func":"SUM","params":${jsonOf(300)}}`));
  const calls = new Uint8Array(call.length * 600);
  for (let at = 0; at < calls.length; at += call.length) calls.set(call, at);
  const ours = flooded("stream", 1, calls, () => {
    const listener = TcpListener.listen(LOCAL);
    const server = RpcServer.serve(listener, HANDLERS);
    return { port: listener.addr.port, close: () => server.close() };
  });
  const own = flooded("stream", 1, calls, () => ownTcp(answerCalls));
  await assertFair(ours, own);
});

/** The same frames and the same JSON as those of an RpcServer. */
function answerCalls(): (bytes: Uint8Array) => Uint8Array {
  const decoder = new FrameDecoder();
  return (bytes) => {
    decoder.push(bytes);
    const replies: Uint8Array[] = [];
    for (let body = decoder.next(); body !== undefined; body = decoder.next()) {
      const { func, params } = JSON.parse(new TextDecoder().decode(body)) as { func: "SUM"; params: number[] };
      const reply = { status: "OK", response: { func, response: HANDLERS[func](params) } };
      replies.push(encodeFrame(new TextEncoder().encode(JSON.stringify(reply))));
    }
    return Buffer.concat(replies);
  };
}

const bytes = new Uint8Array(64);
const PAIRS: Record<string, () => Promise<[once: () => Promise<unknown>, close: () => void]>> = {
  "TCP": async () => {
    using listener = TcpListener.listen(LOCAL);
    const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
    return roundsOf(client, server);
  },
  "a pair of unix sockets": () => Promise.resolve(roundsOf(...socketPair("stream"))),
  "UDP": () => {
    const [client, server] = [UdpSocket.bind(LOCAL), UdpSocket.bind(LOCAL)];
    const addr = server.localAddr;
    return Promise.resolve([
      async () => {
        await client.send(bytes, { addr });
        await server.receive();
      },
      () => [client, server].forEach((socket) => socket.close()),
    ]);
  },
};

type Stream = Pick<TcpConn, "read" | "write" | "close">;

function roundsOf(left: Stream, right: Stream): [once: () => Promise<unknown>, close: () => void] {
  const buffer = new Uint8Array(64);
  return [
    async () => {
      await left.write(bytes);
      await right.read(buffer);
    },
    () => [left, right].forEach((conn) => conn.close()),
  ];
}

for (const [name, open] of Object.entries(PAIRS)) {
  test(`a timer of ${TICK} ms fires during ${ROUNDS} rounds of send and receive over ${name}`, OPTIONS, async () => {
    const [once, close] = await open();
    await assertFair(async () => {
      for (let round = 0; round < ROUNDS; round++) await once();
    }, ownRounds);
    close();
  });
}

async function ownRounds(): Promise<void> {
  let arrived = (): void => {};
  const { port, close } = await ownTcp(() => () => void arrived());
  const client = connect(port, LOCAL.hostname);
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
      client.write(bytes);
    });
  }
  client.destroy();
  await close();
}

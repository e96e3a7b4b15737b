import { closeSync, ftruncateSync, openSync, readSync } from "node:fs";
import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { encodeFrame, RpcServer } from "../../rpc/mod.ts";
import { MessageBatch, relay, sendFile, Socket } from "../../socket/mod.ts";
import { socketPair, UnixConn, UnixListener } from "../../unix/mod.ts";
import { assert, spawn, tempDir, test } from "../runner/mod.ts";

/** Milliseconds of processor time that each flood lasts, and milliseconds between two ticks of the timer. */
const FLOOD = 300;
const TICK = 10;
/** Milliseconds after which a flood ends in any case. */
const LONGEST = 20_000;

/** Returns a function that tells whether a flood is over: what other programs take of the processor does not count. */
function floodOf(): () => boolean {
  const start = process.cpuUsage();
  const end = performance.now() + LONGEST;
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 >= FLOOD || performance.now() >= end;
  };
}

/** Runs `once` repeatedly for that long, and returns how often a timer fires meanwhile. */
async function ticksBeside(once: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, TICK);
  for (const isOver = floodOf(); !isOver();) await once();
  clearInterval(timer);
  return ticks;
}

/** A tenth is enough, as threads of the runtime take processor time, too: a flood that holds up the loop lets none through. */
function assertTicks(ticks: number): void {
  assert(ticks >= FLOOD / TICK / 10, `${ticks} ticks of ${TICK} ms in ${FLOOD} ms of processor time`);
}

async function tcpPair(): Promise<[TcpConn, TcpConn]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  return [client, server];
}

const bytes = new Uint8Array(64);

test("a timer fires during TCP reads and writes that all succeed at once", async () => {
  const [client, server] = await tcpPair();
  const buffer = new Uint8Array(64);
  // Two messages at a time, so that it does not wait because of a short read.
  assertTicks(
    await ticksBeside(async () => {
      await client.write(bytes);
      await server.read(buffer);
    }),
  );
  client.close();
  server.close();
});

test("a timer fires during a flood of datagrams", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  using client = UdpSocket.bind({ hostname: "127.0.0.1" });
  const to = server.localAddr;
  assertTicks(
    await ticksBeside(async () => {
      await client.send(bytes, { addr: to });
      await server.receive();
    }),
  );
});

for (const type of ["stream", "seqpacket", "datagram"] as const) {
  test(`a timer fires during a flood over a pair of unix sockets, ${type}`, async () => {
    const numbers = { stream: C.SOCK_STREAM, seqpacket: C.SOCK_SEQPACKET, datagram: C.SOCK_DGRAM };
    const [left, right] = Socket.pair(C.AF_UNIX, numbers[type]);
    const buffer = new Uint8Array(64);
    assertTicks(
      await ticksBeside(async () => {
        await left.send(bytes);
        await right.recv(buffer);
      }),
    );
    left.close();
    right.close();
  });
}

test("a timer fires during batches that are received at once", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const [out, into] = [1, 2].map(() => new MessageBatch({ capacity: 8, size: 64 })) as [MessageBatch, MessageBatch];
  assertTicks(
    await ticksBeside(async () => {
      out.clear();
      for (let i = 0; i < 8; i++) out.push(bytes);
      await left.sendmmsg(out);
      await right.recvmmsg(into);
    }),
  );
  left.close();
  right.close();
});

test("a timer fires during connections that are accepted at once", { needs: ["read", "write"] }, async () => {
  await using folder = await tempDir();
  using listener = UnixListener.listen({ path: `${folder.path}/socket` });
  assertTicks(
    await ticksBeside(async () => {
      using _client = await UnixConn.connect({ path: `${folder.path}/socket` });
      using _server = await listener.accept();
    }),
  );
});

test("a timer fires while one event ends many waits", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const waits = Array.from({ length: 20_000 }, () => right.recv(new Uint8Array(1)));
  const first = ticks;
  void left.write(new Uint8Array(20_000));
  let ended = 0;
  for (const wait of waits) void wait.then(() => ended++);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const early = ended;
  await Promise.all(waits);
  clearInterval(timer);
  assert(ticks - first >= 2 && early < waits.length, `${ticks - first} ticks, ${early} waits in the first turn`);
  left.close();
  right.close();
});

test("a timer fires during streams that are always ready", async () => {
  const [a, b] = socketPair("stream");
  const isOver = floodOf();
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => isOver() ? controller.close() : controller.enqueue(bytes),
  });
  let ticks = 0;
  const timer = setInterval(() => ticks++, TICK);
  const sent = source.pipeTo(a.writable);
  for await (const _chunk of b.readable);
  clearInterval(timer);
  await sent;
  assertTicks(ticks);
  a.close();
  b.close();
});

test("a timer fires during a relay that always has data to move", async () => {
  const [left, a] = await tcpPair();
  const [b, right] = await tcpPair();
  const done = relay(a, b);
  const buffer = new Uint8Array(65536);
  const chunk = new Uint8Array(65536);
  assertTicks(
    await ticksBeside(async () => {
      await left.write(chunk);
      await right.read(buffer);
    }),
  );
  left.close();
  await Promise.all([
    done,
    (async () => {
      while (await right.read(buffer) !== null);
      right.close();
    })(),
  ]);
});

test("a timer fires while one client pipelines calls", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = RpcServer.serve(listener, { PING: () => ({}) });
  using left = await TcpConn.connect(listener.addr);
  const frame = encodeFrame(new TextEncoder().encode(JSON.stringify({ func: "PING", params: {} })));
  const calls = new Uint8Array(frame.length * 50);
  for (let at = 0; at < calls.length; at += frame.length) calls.set(frame, at);
  const buffer = new Uint8Array(65536);
  assertTicks(
    await ticksBeside(async () => {
      await left.write(calls);
      await left.read(buffer);
    }),
  );
});

/** Reads and forgets, as fast as it can. */
const SINK = `
import socket, sys
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
space = bytearray(1 << 20)
while peer.recv_into(space): pass
`;

const LENGTH = 1 << 29;
const LONG: Record<string, (conn: TcpConn, file: number) => Promise<number>> = {
  "a file of 512 MiB": (conn, file) => sendFile(conn, file),
  "512 MiB of bytes in one write": (conn) => conn.write(new Uint8Array(LENGTH)),
  "512 MiB of bytes in one message of a stream": (conn) => {
    return conn.socket.sendmsg({ buffers: [new Uint8Array(LENGTH / 2), new Uint8Array(LENGTH / 2)] });
  },
};
for (const [name, send] of Object.entries(LONG)) {
  test(`timers fire while ${name} go`, { needs: ["write", "python3"], timeout: 60_000 }, async () => {
    await using folder = await tempDir();
    const file = openSync(`${folder.path}/file`, "w+");
    ftruncateSync(file, LENGTH); // a hole: no disk is read
    // Into the page cache: filling that may take the kernel 60 ms within one sendfile(2).
    const chunk = new Uint8Array(1 << 20);
    for (let at = 0; at < LENGTH; at += chunk.length) readSync(file, chunk, 0, chunk.length, at);
    using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    await using _sink = spawn("python3", ["-c", SINK, String(listener.addr.port)]);
    using conn = await listener.accept();
    const pauses: number[] = [];
    let last = process.cpuUsage();
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(last);
      pauses.push((user + system) / 1000);
      last = process.cpuUsage();
    }, 5);
    const sent = await send(conn, file);
    clearInterval(timer);
    closeSync(file);
    assert(sent === LENGTH && pauses.length > 0);
    // The compiler or the garbage collector may interfere twice.
    const [, , third = Infinity] = pauses.sort((a, b) => b - a);
    assert(third < 50, `milliseconds of processor time between two ticks: ${pauses.slice(0, 9).map(Math.round)}`);
  });
}

import { type AddressInfo, createServer } from "node:net";
import { type TcpConn, TcpListener } from "../../inet/mod.ts";
import { spawn, test } from "../runner/mod.ts";

/** Milliseconds between two ticks of the timer. */
const TICK = 10;
/** The bounds of the 99th percentiles, in milliseconds. */
const TIMER = 20;
const ROUND_TRIP = 5;
/** Another program of a busy machine can only make it worse: the best of these counts. */
const ATTEMPTS = 5;
const FLOOD = 0x66;

/** One client that sends as much as it can, and 100 that send 10 messages a second each; prints the 99th percentile. */
const CLIENTS = `
import random, selectors, socket, sys, threading, time
to, seconds = ("127.0.0.1", int(sys.argv[1])), 1.0
flood = socket.create_connection(to)
flood.sendall(b"f")
end = time.monotonic() + 0.3 + seconds
def flooding():
    chunk = bytes(65536)
    while time.monotonic() < end: flood.sendall(chunk)
threading.Thread(target=flooding, daemon=True).start()
selector = selectors.DefaultSelector()
due = []
for _ in range(100):
    conn = socket.create_connection(to)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(conn, selectors.EVENT_READ)
    due.append([time.monotonic() + 0.2 + random.random() / 10, conn])
sent, times = {}, []
while time.monotonic() < end:
    now = time.monotonic()
    for one in due:
        if one[0] <= now and one[1] not in sent:
            sent[one[1]] = time.monotonic()
            one[1].sendall(b"q" * 64)
            one[0] = now + 0.1
    for key, _ in selector.select(max(0, min(one[0] for one in due) - time.monotonic())):
        key.fileobj.recv(64)
        times.append(time.monotonic() - sent.pop(key.fileobj))
times.sort()
print(times[int(len(times) * 0.99)] * 1000 if times else "Infinity")
`;

interface Percentiles {
  timer: number;
  roundTrip: number;
}

/** A server that reads what the first byte `f` begins, and echoes everything else. */
interface Server {
  port: number;
  close(): Promise<void> | void;
}

function ours(): Server {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const conns: TcpConn[] = [];
  const accepting = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      conn.setNoDelay(true);
      void serve(conn).catch(() => {}); // the clients end in the middle of something
    }
  })();
  return {
    port: listener.addr.port,
    close: () => {
      listener.close();
      for (const conn of conns) conn.close();
      return accepting;
    },
  };
}

async function serve(conn: TcpConn): Promise<void> {
  const buffer = new Uint8Array(4096);
  let count = await conn.read(buffer);
  const isFlood = buffer[0] === FLOOD;
  for (; count !== null; count = await conn.read(buffer)) {
    if (!isFlood) await conn.write(buffer.subarray(0, count));
  }
}

async function theRuntimes(): Promise<Server> {
  const server = createServer((conn) => {
    let isFlood: boolean | undefined;
    conn.setNoDelay(true).on("error", () => {}).on("data", (data) => {
      isFlood ??= data[0] === FLOOD;
      if (!isFlood) conn.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => void server.close() };
}

async function percentiles(server: Server): Promise<Percentiles> {
  await using clients = spawn("python3", ["-S", "-E", "-c", CLIENTS, String(server.port)]);
  const late: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(now - last);
    last = now;
  }, TICK);
  const roundTrip = Number(await clients.line()); // NaN, which passes nothing, if the clients failed
  clearInterval(timer);
  clients.kill();
  await server.close();
  late.sort((a, b) => a - b);
  return { timer: late[Math.floor(late.length * 0.99)] ?? Infinity, roundTrip };
}

test("one client that floods delays neither a timer nor 100 quiet clients", {
  needs: ["run", "python3"],
  timeout: 120_000,
}, async () => {
  const tries: Record<"ours" | "theRuntimes", Percentiles>[] = [];
  for (let i = 0; i < ATTEMPTS; i++) {
    const one = await percentiles(ours());
    if (one.timer <= TIMER && one.roundTrip <= ROUND_TRIP) return;
    // Node's own sockets do not keep to these bounds on two cores: then at most twice what the runtime's own take.
    const own = await percentiles(await theRuntimes());
    const isFair = one.timer <= Math.max(TIMER, 2 * own.timer) &&
      one.roundTrip <= Math.max(ROUND_TRIP, 2 * own.roundTrip);
    if (isFair) return;
    tries.push({ ours: one, theRuntimes: own });
  }
  throw new Error(`Milliseconds, the 99th percentile: ${JSON.stringify(tries)}`);
});

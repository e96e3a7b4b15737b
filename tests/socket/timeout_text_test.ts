import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec, TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
import { MessageBatch } from "@berkeley/sockets/socket";
import {
  socketPair,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { assert, assertEquals, test } from "../runner/mod.ts";

const BYTES = new Uint8Array(1);
const WAIT = { timeout: 10 };

/** The text of the timeout that a wait of 10 ms ends with. */
async function textOf(wait: () => unknown): Promise<string> {
  try {
    await wait();
  } catch (error) {
    assert(error instanceof DOMException && error.name === "TimeoutError", String(error));
    return error.message;
  }
  throw new Error("it did not wait");
}

test("the timeout error of a stream or a listener names the action, the address and the milliseconds", async () => {
  const options = { hostname: "127.0.0.1", port: 0, unsupported: "tcp" } as const;
  for (const [Listener, Conn] of [[TcpListener, TcpConn], [SmcListener, SmcConn]] as const) {
    const { unsupported: _, ...plain } = options;
    const given = Listener === SmcListener ? options : plain;
    using listener = Listener.listen(given);
    using client = await Conn.connect({ ...given, port: listener.addr.port });
    using server = await listener.accept();
    const at = `127.0.0.1:${listener.addr.port}`;
    const peer = `127.0.0.1:${client.localAddr.port}`;
    assertEquals(await textOf(() => listener.accept(WAIT)), `Cannot accept on ${at} in time: timeout is 10 ms`);
    assertEquals(await textOf(() => client.read(BYTES, WAIT)), `Cannot receive from ${at} in time: timeout is 10 ms`);
    assertEquals(await textOf(() => server.read(BYTES, WAIT)), `Cannot receive from ${peer} in time: timeout is 10 ms`);
    const large = new Uint8Array(1 << 25);
    assertEquals(await textOf(() => client.write(large, WAIT)), `Cannot send to ${at} in time: timeout is 10 ms`);
    const write = client.write(large).catch(() => {});
    assertEquals(await textOf(() => client.closeWrite(WAIT)), `Cannot shut down ${at} in time: timeout is 10 ms`);
    client.close();
    await write;
  }
});

test("the timeout error of a unix socket shows its name, or that it has none", async () => {
  const name = `tests/socket/timeout_text/${Math.random()}`;
  using streams = UnixListener.listen({ abstract: name });
  assertEquals(await textOf(() => streams.accept(WAIT)), `Cannot accept on @${name} in time: timeout is 10 ms`);
  using client = await UnixConn.connect({ abstract: name });
  using server = await streams.accept();
  assertEquals(await textOf(() => client.read(BYTES, WAIT)), `Cannot receive from @${name} in time: timeout is 10 ms`);
  assertEquals(
    await textOf(() => client.receiveMessage(WAIT)),
    `Cannot receive from @${name} in time: timeout is 10 ms`,
  );
  assertEquals(await textOf(() => server.read(BYTES, WAIT)), "Cannot receive from (unnamed) in time: timeout is 10 ms");
  using seqpackets = UnixSeqpacketListener.listen({ abstract: `${name}s` });
  assertEquals(await textOf(() => seqpackets.accept(WAIT)), `Cannot accept on @${name}s in time: timeout is 10 ms`);
  using packets = await UnixSeqpacketConn.connect({ abstract: `${name}s` });
  const from = `Cannot receive from @${name}s in time: timeout is 10 ms`;
  assertEquals(await textOf(() => packets.receive(WAIT)), from);
  assertEquals(await textOf(() => packets.receive({ buffer: BYTES, ...WAIT })), from);
  const batch = new MessageBatch({ capacity: 1, size: 1 });
  assertEquals(await textOf(() => packets.receiveBatch(batch, WAIT)), from);
});

test("the timeout error of a datagram socket names the peer if there is one, else the local address", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  const at = `127.0.0.1:${server.localAddr.port}`;
  const waiting = `Cannot receive from the socket at ${at} in time: timeout is 10 ms`;
  const batch = new MessageBatch({ capacity: 1, size: 1 });
  assertEquals(await textOf(() => server.receive(WAIT)), waiting);
  assertEquals(await textOf(() => server.receiveMessage(WAIT)), waiting);
  assertEquals(await textOf(() => server.receiveBatch(batch, WAIT)), waiting);
  using client = UdpSocket.bind({ hostname: "127.0.0.1" });
  await client.connect(server.localAddr);
  assertEquals(await textOf(() => client.receive(WAIT)), `Cannot receive from ${at} in time: timeout is 10 ms`);
  const name = `tests/socket/timeout_text/${Math.random()}`;
  using receiver = UnixDatagramSocket.bind({ abstract: name });
  using sender = UnixDatagramSocket.open();
  const fill = async () => {
    for (;;) await sender.send(BYTES, { addr: receiver.localAddr, ...WAIT });
  };
  assertEquals(await textOf(fill), `Cannot send to @${name} in time: timeout is 10 ms`);
  assertEquals(
    await textOf(() =>
      receiver.receiveMessage().then(() => receiver.connect({ autobind: true } as never, WAIT)).catch(
        () => sender.receive(WAIT),
      )
    ),
    "Cannot receive from the socket at (unnamed) in time: timeout is 10 ms",
  );
});

test("the timeout error of a blocking socket names the address too", async () => {
  using listener = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  listener.bind({ hostname: "127.0.0.1", port: 0 });
  listener.listen();
  const at = `127.0.0.1:${listener.localAddr.port}`;
  assertEquals(await textOf(() => listener.accept(WAIT)), `Cannot accept on ${at} in time: timeout is 10 ms`);
  using client = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  client.connect(listener.localAddr);
  assertEquals(await textOf(() => client.recv(BYTES, WAIT)), `Cannot receive from ${at} in time: timeout is 10 ms`);
  const large = new Uint8Array(1 << 25);
  assertEquals(await textOf(() => client.sendall(large, WAIT)), `Cannot send to ${at} in time: timeout is 10 ms`);
});

test("the timeout error of an end of a pair says that the other has no name", async () => {
  const [left, right] = socketPair("datagram");
  assertEquals(await textOf(() => left.receive(WAIT)), "Cannot receive from (unnamed) in time: timeout is 10 ms");
  left.close();
  right.close();
});

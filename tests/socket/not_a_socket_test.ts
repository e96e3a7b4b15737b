import { poll as pollBlocking } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import {
  Conn,
  interfaceIndex,
  poll,
  readInterface,
  receiveErrorMessage,
  sendFile,
  SIOCGIFMTU,
  SIOCSIFMTU,
  Socket,
  writeInterface,
  ZeroCopyWriter,
} from "@berkeley/sockets/socket";
import {
  keepSocketFile,
  peerCredentials,
  peerPidfd,
  peerSecurityContext,
  socketPair,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
} from "@berkeley/sockets/unix";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** What programs pass in place of a socket: nothing, a descriptor, a connection. */
const NO_SOCKETS: unknown[] = [undefined, null, 0, "eth0", {}, { fd: 0 }, { socket: { fd: 0 } }];

test("a class of connections takes a Socket, and tells how to make one of a descriptor", () => {
  for (const type of [TcpConn, TcpListener, UdpSocket, UnixConn, UnixListener, UnixDatagramSocket, Conn]) {
    for (const wrong of NO_SOCKETS) {
      assertThrows(
        () => new type(wrong as never, undefined as never),
        TypeError,
        `Cannot own a socket as it needs a Socket, such as Socket.fromFd(fd): current value is ${
          wrong === "eth0" ? '"eth0"' : wrong
        }`,
      );
    }
  }
});

test("a class of connections refuses a connection, which keeps its socket", async () => {
  const [left, right] = socketPair("stream");
  assertThrows(() => new UnixConn(left as never), TypeError, "it needs a Socket");
  await left.write(new Uint8Array(3));
  assertEquals(await right.read(new Uint8Array(8)), 3);
  left.close();
  right.close();
});

test("functions that take a Socket refuse everything else", () => {
  const [left, right] = socketPair("stream");
  for (const wrong of [...NO_SOCKETS.slice(0, 5), left] as never[]) {
    const calls = [
      () => receiveErrorMessage(wrong, { buffers: [] }),
      () => new ZeroCopyWriter(wrong),
      () => readInterface(wrong, "lo", SIOCGIFMTU),
      () => writeInterface(wrong, "lo", SIOCSIFMTU, 65536),
      () => interfaceIndex(wrong, "lo"),
    ];
    for (const call of calls) assertThrows(call, TypeError, "as it needs a Socket, such as Socket.fromFd(fd)");
  }
  left.close();
  right.close();
});

test("functions that take a connection refuse everything else, and close nothing", async () => {
  const [left, right] = socketPair("stream");
  for (const wrong of [...NO_SOCKETS, left.socket] as never[]) {
    await assertRejects(
      () => sendFile(wrong, 0),
      TypeError,
      "as it needs a connection, or another object with a socket",
    );
    const calls = [
      () => peerCredentials(wrong),
      () => peerPidfd(wrong),
      () => peerSecurityContext(wrong),
      () => keepSocketFile(wrong),
    ];
    for (const call of calls) {
      assertThrows(call, TypeError, "as it needs a connection, or another object with a socket");
    }
  }
  await left.write(new Uint8Array(3));
  assertEquals(await right.read(new Uint8Array(8)), 3);
  left.close();
  right.close();
});

test("poll() refuses requests and events that are not arrays", async () => {
  const [left, right] = socketPair("stream");
  for (const wrong of [undefined, null, 5, left] as never[]) {
    await assertRejects(() => poll(wrong), TypeError, "Cannot poll as requests must be an array");
    assertThrows(() => pollBlocking(wrong), TypeError, "Cannot poll as requests must be an array");
  }
  const request = { socket: left, events: "read" } as never;
  await assertRejects(() => poll([request]), TypeError, 'events must be an array: current value is "read"');
  const blocking = { socket: left.socket, events: "read" } as never;
  assertThrows(() => pollBlocking([blocking]), TypeError, 'events must be an array: current value is "read"');
  left.close();
  right.close();
});

test("shutdown() refuses a direction that is none before the system call", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  assertThrows(() => socket.shutdown(3), RangeError, "the direction must be 0 to 2: current value is 3");
});

test("socketPair() names the types that it has", () => {
  const message = 'the type must be one of stream, seqpacket, datagram: current value is "dgram"';
  assertThrows(() => socketPair("dgram" as never), TypeError, message);
});

import { TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import { NetlinkSocket, NL } from "@berkeley/sockets/netlink";
import { SO_RCVBUF, type Socket } from "@berkeley/sockets/socket";
import { UnixConn, UnixDatagramSocket, UnixListener } from "@berkeley/sockets/unix";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** Everything that takes `configure`, by way of each step that opens a socket. */
const OPENERS: ((configure: (socket: Socket) => void) => unknown)[] = [
  (configure) => NetlinkSocket.open(NL.NETLINK_ROUTE, { configure }),
  (configure) => TcpConn.connect({ port: 9, configure }),
  (configure) => TcpListener.listen({ configure }),
  (configure) => UdpSocket.bind({ configure }),
  (configure) => UnixConn.connect({ abstract: "nobody", configure }),
  (configure) => UnixDatagramSocket.open({ configure }),
  (configure) => UnixListener.listen({ autobind: true, configure }),
];

test("configure must not be async: its rejection would end the program, and the socket is closed", async () => {
  for (const open of OPENERS) {
    const sockets: Socket[] = [];
    const message = "as configure must not return a promise";
    const configure = async (socket: Socket) => {
      sockets.push(socket);
      await Promise.reject(new Error("nobody would catch this"));
    };
    await assertRejects(async () => await open(configure), TypeError, message);
    assertEquals(sockets.map(({ fd }) => fd), [-1]);
  }
  await new Promise((resolve) => setTimeout(resolve)); // an unhandled rejection would be reported by now
});

test("configure must be a function, and may return anything but a promise", async () => {
  for (const open of OPENERS) {
    for (const wrong of [null, 5, {}] as never[]) {
      await assertRejects(async () => await open(wrong), TypeError, "configure must be a function: current value is");
    }
  }
  using listener = TcpListener.listen({ configure: (socket) => socket.set(SO_RCVBUF, 65_536) });
  assertEquals(listener.socket.get(SO_RCVBUF) >= 65_536, true);
  assertThrows(() => TcpListener.listen({ configure: (socket) => socket.set(SO_RCVBUF, -1.5) }), RangeError);
});

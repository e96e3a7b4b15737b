import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C, closeFd, libc, outcome } from "@berkeley/sockets/ffi";
import { RawSocket, TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import { GenericNetlinkSocket, NetlinkSocket, NL } from "@berkeley/sockets/netlink";
import { PacketSocket } from "@berkeley/sockets/packet";
import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
import {
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import { statSync } from "node:fs";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { assertEquals, assertMatch, test } from "../runner/mod.ts";

/** `SIOCGSKNS`: a descriptor of the socket's network namespace. */
const SIOCGSKNS = 0x894cn;

/** The inode of the network namespace that a socket is in, as the kernel tells it. */
function namespaceOf(fd: number): number {
  const namespace = outcome(libc().ioctl(fd, SIOCGSKNS, new Uint8Array(8)));
  try {
    return statSync(`/proc/self/fd/${namespace}`).ino;
  } finally {
    closeFd(namespace);
  }
}

test(
  "everything that opens a socket opens it in the network namespace that it is given",
  { needs: NAMESPACES },
  async () => {
    await using pair = await namespacePair();
    const networkNamespace = pair.left.path;
    const expected = statSync(networkNamespace).ino;
    const hostname = "127.0.0.1";
    const tcp = TcpListener.listen({ networkNamespace });
    const smc = SmcListener.listen({ unsupported: "tcp", networkNamespace });
    const [streams, packets] = [UnixListener, UnixSeqpacketListener].map((Class) =>
      Class.listen({ autobind: true, networkNamespace })
    );
    const owners = {
      TcpListener: tcp,
      SmcListener: smc,
      UnixListener: streams,
      UnixSeqpacketListener: packets,
      UdpSocket: UdpSocket.bind({ networkNamespace }),
      RawSocket: RawSocket.open({ protocol: C.IPPROTO_ICMP, networkNamespace }),
      PacketSocket: PacketSocket.open({ interface: "left", networkNamespace }),
      "UnixDatagramSocket.bind": UnixDatagramSocket.bind({ autobind: true, networkNamespace }),
      "UnixDatagramSocket.open": UnixDatagramSocket.open({ networkNamespace }),
      UnixConn: await UnixConn.connect({ ...(streams as UnixListener).addr, networkNamespace }),
      UnixSeqpacketConn: await UnixSeqpacketConn.connect({
        ...(packets as UnixSeqpacketListener).addr,
        networkNamespace,
      }),
    };
    for (const [name, owner] of Object.entries(owners)) {
      assertEquals([name, namespaceOf(owner?.socket.fd ?? -1)], [name, expected]);
      owner?.close();
    }
    using blocking = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { networkNamespace });
    assertEquals(namespaceOf(blocking.fd), expected);
    using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE, {
      networkNamespace,
      configure: (socket) => assertEquals(namespaceOf(socket.fd), expected),
    });
    using generic = await GenericNetlinkSocket.open("nlctrl", {
      networkNamespace,
      configure: (socket) => assertEquals(namespaceOf(socket.fd), expected),
    });
    assertEquals([generic.family.name, netlink instanceof NetlinkSocket], ["nlctrl", true]);
    // Its loopback interface is down, so the error of a connect there proves where it happened.
    for (const Conn of [TcpConn, SmcConn]) {
      const options = {
        hostname,
        port: 1,
        networkNamespace,
        ...(Conn === SmcConn ? { unsupported: "tcp" as const } : {}),
      };
      const error = await Conn.connect(options).then(() => undefined, (error: Error) => error);
      assertMatch(String(error), /ENETUNREACH|ECONNREFUSED/);
    }
  },
);

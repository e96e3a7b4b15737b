import { C, lookupHostByName, lookupServiceByName } from "@berkeley/sockets/ffi";
import {
  decodeInetSockaddr,
  decodeSockaddr,
  decodeSockaddrIn,
  decodeSockaddrIn6,
  getaddrinfo,
  gethostbyaddr,
  gethostbyname,
  getservbyname,
  ifNametoindex,
  parseIpv4,
  parseIpv6,
  parseNetAddr,
  TcpConn,
  TcpListener,
  UdpSocket,
} from "@berkeley/sockets/inet";
import { decodeSockaddrLl } from "@berkeley/sockets/packet";
import { decodeCredentials, decodeSockaddrUn } from "@berkeley/sockets/unix";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

test("getaddrinfo() refuses a port that libc would cut to 16 bits", async () => {
  for (const port of [65536, 2 ** 32 + 80, -1, 1.5, NaN]) {
    const message = `Cannot look up as the port must be 0 to 65535: current value is ${port}`;
    await assertRejects(() => getaddrinfo("127.0.0.1", port), RangeError, message);
  }
  assertEquals((await getaddrinfo("127.0.0.1", 65535)).map(({ addr }) => addr.port).at(0), 65535);
});

test("getaddrinfo() refuses options in place of the service, which libc would look up as a name", async () => {
  for (const wrong of [{ port: 80 }, [], true, 80n] as never[]) {
    const message = `Cannot look up a name as it must be a string: current value is ${wrong}`;
    await assertRejects(() => getaddrinfo("127.0.0.1", wrong), TypeError, message);
  }
});

test("names and addresses as text are refused if they are not text", async () => {
  // Of null, libc would read at the null pointer.
  for (const wrong of [undefined, null, 5, {}, new Uint8Array([127, 0, 0, 1])] as never[]) {
    const message = `as it must be a string: current value is ${wrong}`;
    await assertRejects(() => lookupHostByName(wrong, C.AF_INET), TypeError, message);
    await assertRejects(() => lookupServiceByName(wrong, null), TypeError, message);
    await assertRejects(() => gethostbyname(wrong), TypeError, message);
    await assertRejects(() => gethostbyaddr(wrong), TypeError, message);
    await assertRejects(() => getservbyname(wrong), TypeError, message);
    for (const call of [ifNametoindex, parseIpv4, parseIpv6, parseNetAddr]) {
      assertThrows(() => call(wrong), TypeError, message);
    }
  }
});

test("a name with a lone surrogate is refused, which would be looked up as U+FFFD", async () => {
  const message = 'Cannot look up a name with a lone surrogate: current value is "\\ud800.example"';
  const name = "\ud800.example";
  await assertRejects(() => getaddrinfo(name), TypeError, message);
  await assertRejects(() => getaddrinfo("127.0.0.1", name), TypeError, message);
  await assertRejects(() => gethostbyname(name), TypeError, message);
  await assertRejects(() => getservbyname(name), TypeError, message);
  await assertRejects(() => TcpConn.connect({ hostname: name, port: 1 }), TypeError, message);
});

test("an empty name is refused as such", async () => {
  const message = 'Cannot connect as the hostname is empty: current value is ""';
  await assertRejects(() => TcpConn.connect({ hostname: "", port: 1 }), TypeError, message);
  const error = await assertRejects(() => getaddrinfo(""), Error, "Cannot look up an empty name: ");
  assertEquals((error as Error & { code?: string }).code, "EAI_NONAME");
});

test("localhost is a host name, so its case does not matter", async () => {
  using listener = TcpListener.listen({ hostname: "LOCALHOST" });
  assertEquals(listener.addr.hostname, "127.0.0.1");
  using conn = await TcpConn.connect({ hostname: "LocalHost", port: listener.addr.port });
  using socket = UdpSocket.bind({ hostname: "Localhost" });
  assertEquals([conn.remoteAddr, socket.localAddr.hostname], [listener.addr, "127.0.0.1"]);
});

test("joinMulticast() and leaveMulticast() refuse a group that is not text", () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (const wrong of [undefined, 5, {}] as never[]) {
    const message = `a group as it must be a string: current value is ${wrong}`;
    assertThrows(() => socket.joinMulticast(wrong), TypeError, `Cannot join ${message}`);
    assertThrows(() => socket.leaveMulticast(wrong), TypeError, `Cannot leave ${message}`);
  }
});

test("the decoders of addresses and credentials refuse what is not bytes", () => {
  const decoders = [
    decodeCredentials,
    decodeInetSockaddr,
    decodeSockaddr,
    decodeSockaddrIn,
    decodeSockaddrIn6,
    decodeSockaddrLl,
    decodeSockaddrUn,
  ];
  for (const decode of decoders) {
    for (const wrong of [undefined, null, 5, "127.0.0.1"] as never[]) {
      assertThrows(() => decode(wrong), TypeError, "a buffer that is not a Uint8Array");
    }
  }
});

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
  for (const wrong of [undefined, 5, {}, new Uint8Array([127, 0, 0, 1])] as never[]) {
    const message = `as it must be a string: current value is ${wrong}`;
    await assertRejects(() => gethostbyname(wrong), TypeError, message);
    await assertRejects(() => gethostbyaddr(wrong), TypeError, message);
    await assertRejects(() => getservbyname(wrong), TypeError, message);
    for (const call of [ifNametoindex, parseIpv4, parseIpv6, parseNetAddr]) {
      assertThrows(() => call(wrong), TypeError, message);
    }
  }
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

import { UdpSocket } from "../../inet/mod.ts";
import { UnixDatagramSocket } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

test("DatagramSocket.receive() distinguishes two alternating senders", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  using first = UdpSocket.bind({ hostname: "127.0.0.1" });
  using second = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (const [i, client] of [first, first, second, first, second, second].entries()) {
    await client.send(Uint8Array.of(i), { addr: server.localAddr });
    const { data, addr } = await server.receive();
    assertEquals(addr, client.localAddr);
    await server.send(data, { addr });
    assertEquals((await client.receive({ timeout: 5000 })).data, Uint8Array.of(i));
  }
});

test("DatagramSocket.send() can answer an earlier sender after another one", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  using first = UdpSocket.bind({ hostname: "127.0.0.1" });
  using second = UdpSocket.bind({ hostname: "127.0.0.1" });
  await first.send(Uint8Array.of(1), { addr: server.localAddr });
  const early = await server.receive();
  await second.send(Uint8Array.of(2), { addr: server.localAddr });
  const late = await server.receive();
  await server.send(early.data, { addr: early.addr });
  await server.send(late.data, { addr: late.addr });
  assertEquals((await first.receive({ timeout: 5000 })).data, Uint8Array.of(1));
  assertEquals((await second.receive({ timeout: 5000 })).data, Uint8Array.of(2));
});

test("the sender's address is one frozen object as long as the sender is the same", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  using client = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (let i = 0; i < 2; i++) await client.send(new Uint8Array(1), { addr: server.localAddr });
  const [{ addr }, again] = [await server.receive(), await server.receive()];
  assert(addr === again.addr);
  assertThrows(() => Object.assign(addr, { port: 1 }), TypeError);
  assertEquals(addr, client.localAddr);
});

test("DatagramSocket.send() refuses an address whose bytes no longer match its path", async () => {
  const name = (last: number) => new Uint8Array([0xff, Math.random() * 256, Math.random() * 256, last]);
  const [here, there] = [name(0x61), name(0x62)]; // ASCII: two bytes that are no text would look the same
  using server = UnixDatagramSocket.bind({ autobind: true });
  using client = UnixDatagramSocket.bind({ abstract: here });
  await client.send(new Uint8Array(1), { addr: server.localAddr });
  const { addr } = await server.receive();
  assert("abstract" in addr && addr.abstract instanceof Uint8Array);
  addr.abstract.set(there);
  await assertRejects(async () => await server.send(Uint8Array.of(7), { addr }), TypeError, "two names");
});

import { SO_SNDBUF } from "../../socket/mod.ts";
import { socketPair, UnixDatagramSocket } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

/** `net.core.wmem_default` of Linux less what the kernel adds to each message. */
const DEFAULT_MOST = 212_960;

test("receive() and iteration return unix datagrams longer than 64 KiB whole", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using client = UnixDatagramSocket.open();
  const bytes = new Uint8Array(DEFAULT_MOST).map((_, i) => i * 7);
  for (const length of [65_536, 65_537, 100_000, DEFAULT_MOST]) {
    await client.send(bytes.subarray(0, length), { addr: server.localAddr });
    const { data, truncated } = await server.receive();
    assertEquals([data.length, truncated], [length, false]);
    assert(data.every((byte, i) => byte === bytes[i]));
  }
  await client.send(bytes, { addr: server.localAddr });
  for await (const { data, truncated } of server) {
    assertEquals([data.length, truncated], [bytes.length, false]);
    break;
  }
  await assertRejects(
    () => client.send(new Uint8Array(4 * DEFAULT_MOST), { addr: server.localAddr }),
    Error,
    "EMSGSIZE",
  );
});

for (const type of ["datagram", "seqpacket"] as const) {
  test(`a ${type} as long as SO_SNDBUF allows without privileges arrives whole`, async () => {
    const [left, right] = socketPair(type);
    left.socket.set(SO_SNDBUF, 212_992); // the kernel doubles it; `net.core.wmem_max` of Linux allows no more
    const bytes = new Uint8Array(425_900).map((_, i) => i * 7);
    await left.send(bytes);
    const message = await right.receive();
    assertEquals([message?.data.length, message?.truncated], [bytes.length, false]);
    assert(message?.data.every((byte, i) => byte === bytes[i]));
    left.close();
    right.close();
  });
}

import { createHash } from "node:crypto";
import { encodeSockaddrAlg } from "../../alg/mod.ts";
import { C, isSystemError } from "../../ffi/mod.ts";
import { ipAddrCodec } from "../../inet/mod.ts";
import { decodeMessages, encodeMessage } from "../../netlink/mod.ts";
import { BlockingSocket } from "../../socket/blocking/mod.ts";
import { assert, assertEquals, ignore, test } from "../runner/mod.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const NLMSG_DONE = 3;
const ICMP_ECHO = 8;
const ICMP_ECHOREPLY = 0;

test("netlink: the kernel lists the interfaces", () => {
  using socket = BlockingSocket.open(C.AF_NETLINK, C.SOCK_RAW);
  const payload = new Uint8Array(16); // struct ifinfomsg, of any family
  socket.sendall(encodeMessage({ type: RTM_GETLINK, flags: NLM_F_REQUEST | NLM_F_DUMP, seq: 7, payload }));
  const buffer = new Uint8Array(1 << 16);
  const names: string[] = [];
  for (let isDone = false; !isDone;) {
    const { length } = socket.recvfrom(buffer, { timeout: 5000 });
    for (const message of decodeMessages(buffer.subarray(0, length))) {
      assertEquals(message.seq, 7);
      if (message.type === RTM_NEWLINK) names.push(new TextDecoder("latin1").decode(message.payload));
      isDone ||= message.type === NLMSG_DONE;
    }
  }
  assert(names.some((bytes) => bytes.includes("lo\0")));
});

test("a raw socket: the kernel answers an ICMP echo", { needs: ["CAP_NET_RAW"] }, () => {
  using socket = BlockingSocket.open(C.AF_INET, C.SOCK_RAW, { protocol: C.IPPROTO_ICMP, codec: ipAddrCodec });
  const checksum = 0xffff - (ICMP_ECHO << 8) - 0x1234 - 1; // RFC 1071, of the words that follow
  const request = Uint8Array.of(ICMP_ECHO, 0, checksum >> 8, checksum & 0xff, 0x12, 0x34, 0, 1);
  assertEquals(socket.sendto(request, { hostname: "127.0.0.1" }), 8);
  const buffer = new Uint8Array(1500);
  for (let type = ICMP_ECHO, tries = 0; type !== ICMP_ECHOREPLY; tries++) { // it receives its own request, too
    const { length, addr } = socket.recvfrom(buffer, { timeout: 5000 });
    assertEquals([length, addr.hostname], [28, "127.0.0.1"]);
    type = buffer[20] ?? -1;
    assert(tries < 100, "only others' packets came");
  }
  assertEquals(buffer.subarray(24, 28), request.subarray(4));
});

const NO_ALG = whyNoAlg();
if (NO_ALG !== undefined) ignore("AF_ALG by its number: the kernel hashes", NO_ALG);
else {
  test("AF_ALG by its number: the kernel hashes", () => {
    using algorithm = BlockingSocket.open(C.AF_ALG, C.SOCK_SEQPACKET);
    algorithm.bind(encodeSockaddrAlg({ type: "hash", name: "sha256" }));
    using hash = algorithm.accept({ timeout: 5000 });
    const bytes = new Uint8Array(10_000).fill(3);
    hash.sendall(bytes);
    const digest = new Uint8Array(64);
    assertEquals(hash.recv(digest, { timeout: 5000 }), 32);
    assertEquals(digest.subarray(0, 32), new Uint8Array(createHash("sha256").update(bytes).digest()));
  });
}

function whyNoAlg(): string | undefined {
  try {
    BlockingSocket.open(C.AF_ALG, C.SOCK_SEQPACKET).close();
    return undefined;
  } catch (error) {
    if (isSystemError(error, "EAFNOSUPPORT")) return "needs a kernel with AF_ALG: deno task test:families";
    throw error;
  }
}

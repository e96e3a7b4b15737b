import {
  DARWIN_SOCKADDR,
  decodeInetSockaddr,
  encodeInetSockaddr,
  formatIpv4,
  formatIpv6,
  LINUX_SOCKADDR,
  type NetAddr,
  SOCKADDR_IN6_SIZE,
  SOCKADDR_IN_SIZE,
  SOCKADDR_STORAGE_SIZE,
} from "../../inet/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, fromHex, type Need, test } from "../runner/mod.ts";
import { ipv6Bytes } from "./address_texts.ts";
import { Random } from "./random.ts";

const PROBE = new URL("sockaddr_probe.c", import.meta.url);
const needs: Need[] = ["write", "cc"];

test("the sizes, offsets and families of sockaddr_in and sockaddr_in6 are those of C", { needs }, async () => {
  const measured = JSON.parse(await runProgram(await compileC(PROBE)));
  assertEquals(measured, {
    "sizeof sockaddr_storage": SOCKADDR_STORAGE_SIZE,
    "sizeof sockaddr_in": SOCKADDR_IN_SIZE,
    "sizeof sockaddr_in6": SOCKADDR_IN6_SIZE,
    "sizeof bsd_sockaddr_in": SOCKADDR_IN_SIZE,
    "sizeof bsd_sockaddr_in6": SOCKADDR_IN6_SIZE,
    "sockaddr.sa_data": 2,
    "bsd_sockaddr.sa_data": 2,
    "sockaddr_in.sin_port": 2,
    "sockaddr_in.sin_addr": 4,
    "sockaddr_in6.sin6_flowinfo": 4,
    "sockaddr_in6.sin6_addr": 8,
    "sockaddr_in6.sin6_scope_id": 24,
    AF_UNIX: LINUX_SOCKADDR.AF_UNIX,
    AF_INET: LINUX_SOCKADDR.AF_INET,
    AF_INET6: LINUX_SOCKADDR.AF_INET6,
  });
});

test(
  "encodeInetSockaddr() writes the bytes that C writes, and decodeInetSockaddr() reads them",
  { needs },
  async () => {
    const addrs = addresses(new Random(), 20_000);
    const input = addrs.map((addr) => `${addr.hostname} ${addr.port} ${addr.scopeId ?? 0} ${addr.flowinfo ?? 0}`);
    const [, ...lines] = (await runProgram(await compileC(PROBE), [], input.join("\n"))).trim().split("\n");
    assertEquals(lines.length, addrs.length);
    for (const [i, addr] of addrs.entries()) {
      const [system, bsd] = (lines[i] ?? "").split(" ").map((hex) => fromHex(hex));
      assertEquals(encodeInetSockaddr(addr), system);
      assertEquals(encodeInetSockaddr(addr, DARWIN_SOCKADDR), bsd);
      assertEquals(decodeInetSockaddr(system ?? new Uint8Array(), "udp"), addr);
      assertEquals(decodeInetSockaddr(bsd ?? new Uint8Array(), "udp", DARWIN_SOCKADDR), addr);
    }
  },
);

function addresses(random: Random, count: number): NetAddr[] {
  return random.list(count, () => {
    const port = random.below(0x10000);
    if (random.once(3)) {
      return { transport: "udp", hostname: formatIpv4(new Uint8Array(random.list(4, () => random.below(256)))), port };
    }
    const addr: NetAddr = { transport: "udp", hostname: formatIpv6(ipv6Bytes(random)), port };
    if (random.once(2)) addr.scopeId = 1 + random.below(2 ** 32 - 1);
    if (random.once(2)) addr.flowinfo = 1 + random.below(2 ** 28 - 1);
    return addr;
  });
}

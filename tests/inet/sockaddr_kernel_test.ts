import { decodeInetSockaddr, encodeInetSockaddr } from "../../inet/mod.ts";
import { assert, assertEquals } from "../runner/mod.ts";
import { type Glibc, testGlibc } from "./glibc.ts";

const SOCK_DGRAM = 2;

testGlibc("the kernel binds what encodeInetSockaddr() writes, and decodeInetSockaddr() reads its answer", (libc) => {
  for (const hostname of ["127.0.0.1", "0.0.0.0", "127.1.2.3"]) bindsTo(libc, 2, hostname);
});

testGlibc("the kernel binds IPv6 addresses, mapped ones too, or says that it has no IPv6", (libc) => {
  for (const hostname of ["::1", "::", "::ffff:127.0.0.1"]) bindsTo(libc, 10, hostname);
});

function bindsTo(libc: Glibc, family: number, hostname: string): void {
  const fd = libc.socket(family, SOCK_DGRAM, 0);
  if (fd < 0) return console.log(`no socket of family ${family} on this kernel`);
  try {
    const wanted = encodeInetSockaddr({ hostname, port: 0 });
    assertEquals(libc.bind(fd, wanted, wanted.length), 0, `bind to ${hostname}`);
    const storage = new Uint8Array(128);
    const length = Uint32Array.of(storage.length);
    assertEquals(libc.getsockname(fd, storage, new Uint8Array(length.buffer)), 0);
    const { port, ...rest } = decodeInetSockaddr(storage.subarray(0, length[0]), "udp");
    assertEquals(rest, { transport: "udp", hostname });
    assert(port > 0);
  } finally {
    libc.close(fd);
  }
}

import { Socket } from "@berkeley/sockets/socket";
import {
  DARWIN_SOCKADDR,
  decodeSockaddrUn,
  encodeSockaddrUn,
  formatUnixAddr,
  LINUX_SOCKADDR,
  type UnixAddr,
} from "@berkeley/sockets/unix";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertThrows, fromHex, hex, test } from "../runner/mod.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;

test("encodeSockaddrUn() returns the exact length for each kind", () => {
  assertEquals(hex(encodeSockaddrUn({ path: "/a" })), "01002f6100");
  assertEquals(hex(encodeSockaddrUn({ abstract: "a" })), "01000061");
  assertEquals(hex(encodeSockaddrUn({ abstract: "\0a\0" })), "010000006100");
  assertEquals(hex(encodeSockaddrUn({ abstract: "" })), "010000");
  assertEquals(hex(encodeSockaddrUn({ autobind: true })), "0100");
  assertEquals(hex(encodeSockaddrUn({ path: "/a" }, DARWIN_SOCKADDR)), "05012f6100");
  assertThrows(() => encodeSockaddrUn({ abstract: "a" }, DARWIN_SOCKADDR), TypeError, "no abstract names");
});

test("encodeSockaddrUn() takes paths up to the limit, which a RangeError names", () => {
  for (const [layout, limit] of [[LINUX_SOCKADDR, 107], [DARWIN_SOCKADDR, 103]] as const) {
    for (let length = 1; length <= 300; length++) {
      const addr = { path: "p".repeat(length) };
      if (length <= limit) {
        assertEquals(decodeSockaddrUn(encodeSockaddrUn(addr, layout), "unix", layout), { transport: "unix", ...addr });
      } else {
        const error = assertThrows(() => encodeSockaddrUn(addr, layout), RangeError, `must be <= ${limit} bytes`);
        assert(error.message.endsWith(`current length is ${length}`), error.message);
      }
    }
  }
  for (let length = 0; length <= 300; length++) {
    const addr = { abstract: new Uint8Array(length).fill(0xff) };
    if (length > 107) assertThrows(() => encodeSockaddrUn(addr), RangeError, "must be <= 107 bytes");
    else assertEquals(decodeSockaddrUn(encodeSockaddrUn(addr)).abstract, length === 0 ? "" : addr.abstract);
  }
  assertThrows(() => encodeSockaddrUn({ path: "ü".repeat(54) }), RangeError, "current length is 108");
});

test("encodeSockaddrUn() rejects invalid paths before the kernel could misread them", () => {
  assertThrows(() => encodeSockaddrUn({ path: "" }), TypeError, "empty");
  assertThrows(
    () => encodeSockaddrUn({ path: "\0name" }),
    TypeError,
    "use { abstract } for an abstract name: current value is \\x00name",
  );
  assertThrows(() => encodeSockaddrUn({ pth: "/a" } as unknown as UnixAddr), TypeError, "did you mean path?");
  assertThrows(() => encodeSockaddrUn({ path: 7 } as unknown as UnixAddr), TypeError, "current value is 7");
  assertThrows(() => encodeSockaddrUn({ path: "a\0b" }), TypeError, "NUL");
  assertThrows(() => encodeSockaddrUn({ path: new Uint8Array([0]) }), TypeError, "NUL");
  assertThrows(() => encodeSockaddrUn({ path: "\ud800" }), TypeError, "lone surrogate");
  assertThrows(() => encodeSockaddrUn({ abstract: "\udfff" }), TypeError, "lone surrogate");
});

test("encodeSockaddrUn() refuses an address that has two names", () => {
  const addr = decodeSockaddrUn(encodeSockaddrUn({ abstract: "a" }));
  assertThrows(() => encodeSockaddrUn({ ...addr, abstract: "b" }), TypeError, "two names");
  assertThrows(() => encodeSockaddrUn({ ...addr, path: "/a" }), TypeError, "two names");
  assertThrows(() => encodeSockaddrUn({ path: "/a", pathBytes: Uint8Array.of(0x2f, 0xff) }), TypeError, "two names");
});

test("decodeSockaddrUn() preserves every byte value, as text if it is UTF-8", () => {
  for (let byte = 0; byte < 256; byte++) {
    const path = Uint8Array.of(0x2f, byte, 0x61);
    const text = byte < 0x80 ? String.fromCharCode(0x2f, byte, 0x61) : undefined;
    const lossy = text ?? "/\ufffda";
    if (byte > 0) {
      const addr = decodeSockaddrUn(encodeSockaddrUn({ path }));
      assertEquals(addr, { transport: "unix", path: lossy, ...(text === undefined ? { pathBytes: path } : {}) });
      assertEquals(encodeSockaddrUn(addr), encodeSockaddrUn({ path }));
    }
    const addr = decodeSockaddrUn(encodeSockaddrUn({ abstract: path }), "unixpacket");
    assertEquals(addr, { transport: "unixpacket", path: `\0${lossy}`, abstract: text ?? path });
    assertEquals(encodeSockaddrUn(addr), encodeSockaddrUn({ abstract: path }));
  }
  for (const path of ["/ü", "/日本", "\ufeffbom", "😀"]) {
    assertEquals(decodeSockaddrUn(encodeSockaddrUn({ path })), { transport: "unix", path });
  }
});

test("decodeSockaddrUn() takes what kernels return: no NUL after 108 bytes, zeros after a path, nothing at all", () => {
  const pathOf = (bytes: Uint8Array, layout = LINUX_SOCKADDR) => {
    const { path, ...rest } = decodeSockaddrUn(bytes, "unix", layout);
    assertEquals(rest, { transport: "unix" });
    return path;
  };
  assertEquals(pathOf(new Uint8Array(0)), "");
  assertEquals(pathOf(fromHex("0100")), "");
  assertEquals(pathOf(fromHex(`0100${"61".repeat(108)}`)), "a".repeat(108));
  assertEquals(pathOf(fromHex("01002f6100000000")), "/a");
  assertEquals(pathOf(fromHex("10010000000000000000000000000000"), DARWIN_SOCKADDR), "");
});

test("decodeSockaddrUn() rejects every other input with a RangeError", () => {
  assertThrows(() => decodeSockaddrUn(fromHex("01")), RangeError);
  assertThrows(() => decodeSockaddrUn(fromHex("02002f61")), RangeError, "family");
  assertThrows(() => decodeSockaddrUn(fromHex(`0100${"61".repeat(109)}`)), RangeError, "108");
  assertThrows(() => decodeSockaddrUn(fromHex("09012f61"), "unix", DARWIN_SOCKADDR), RangeError, "sa_len");
  for (let round = 0; round < 20_000; round++) {
    const bytes = crypto.getRandomValues(new Uint8Array(round % 140));
    if (round % 2 === 0 && bytes.length > 1) bytes.set([1, 0]);
    for (const layout of [LINUX_SOCKADDR, DARWIN_SOCKADDR]) {
      try {
        decodeSockaddrUn(bytes, "unix", layout);
      } catch (error) {
        assert(error instanceof RangeError, String(error));
      }
    }
  }
});

test("formatUnixAddr() escapes what cannot be printed", () => {
  assertEquals(formatUnixAddr({ path: "/a b\n" }), "/a b\\x0a");
  assertEquals(formatUnixAddr({ path: Uint8Array.of(0x2f, 0xff) }), "/\\xff");
  assertEquals(formatUnixAddr({ path: Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f) }), "\\x1f ~\\x7f");
  assertEquals(formatUnixAddr({ abstract: "a\x7f" }), "@a\\x7f");
  assertEquals(formatUnixAddr({ abstract: "a\u009b" }), "@a\\x9b");
  assertEquals(formatUnixAddr({ transport: "unix", path: "" }), "(unnamed)");
  assertEquals(formatUnixAddr({ autobind: true }), "(autobind)");
});

test("encodeSockaddrUn() encodes as C does", { needs: ["write", "cc"] }, async () => {
  const program = await compileC(`
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
int main(void) {
  struct sockaddr_un a; memset(&a, 0, sizeof a); a.sun_family = AF_UNIX;
  strcpy(a.sun_path, "/run/x");
  size_t length = offsetof(struct sockaddr_un, sun_path) + strlen(a.sun_path) + 1;
  for (size_t i = 0; i < length; i++) printf("%02x", ((unsigned char *)&a)[i]);
  printf(" %zu", sizeof a.sun_path);
  return 0;
}`);
  assertEquals(await runProgram(program), `${hex(encodeSockaddrUn({ path: "/run/x" }))} 108`);
});

test("the kernel returns each name as it was bound", () => {
  // Other runtimes run this test at the same time: nobody else may have the names.
  const own = crypto.randomUUID();
  const bytes = Uint8Array.of(0xff, 0, ...crypto.getRandomValues(new Uint8Array(8)), 0xfe);
  for (const abstract of [own, `${own}\0test\0`, bytes]) {
    using socket = Socket.open(AF_UNIX, SOCK_STREAM);
    const sockaddr = encodeSockaddrUn({ abstract });
    socket.bind(sockaddr);
    assertEquals(hex(socket.localSockaddr()), hex(sockaddr));
    assertEquals(decodeSockaddrUn(socket.localSockaddr()).abstract, abstract);
  }
  using socket = Socket.open(AF_UNIX, SOCK_STREAM);
  assertEquals(decodeSockaddrUn(socket.localSockaddr()), { transport: "unix", path: "" });
  socket.bind(encodeSockaddrUn({ autobind: true }));
  const addr = decodeSockaddrUn(socket.localSockaddr());
  assert(/^[0-9a-f]{5}$/.test(String(addr.abstract)), formatUnixAddr(addr));
});

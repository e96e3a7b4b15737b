import { closeSync, openSync } from "node:fs";
import { C, check, libc } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, openDescriptors, test } from "../runner/mod.ts";

type SystemError = Error & { code: string; errno: number; syscall: string };

const LOOPBACK = sockaddrIn(127, 0, 0, 1);

/** struct sockaddr_in, its port 0 unless told. */
function sockaddrIn(a: number, b: number, c: number, d: number, port = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(C.AF_INET, 0, port >> 8, port & 0xff, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0);
}

function flagsOf(fd: number): { nonblocking: boolean; closeOnExec: boolean } {
  const status = check(libc().fcntl(fd, C.F_GETFL, 0n), "fcntl");
  const own = check(libc().fcntl(fd, C.F_GETFD, 0n), "fcntl");
  return { nonblocking: (status & C.O_NONBLOCK) !== 0, closeOnExec: (own & C.FD_CLOEXEC) !== 0 };
}

function failure(fn: () => unknown): [code: string, syscall: string] {
  const { code, syscall } = assertThrows(fn) as SystemError;
  return [code, syscall];
}

test("every constructor that fails leaves no descriptor", { needs: ["read"] }, () => {
  const before = openDescriptors()?.size;
  assertEquals(failure(() => Socket.open(999, C.SOCK_STREAM)), ["EAFNOSUPPORT", "socket"]);
  assertEquals(failure(() => Socket.open(C.AF_INET, 99)), ["EINVAL", "socket"]);
  assertEquals(failure(() => Socket.open(C.AF_INET, C.SOCK_STREAM, C.IPPROTO_UDP)), ["EPROTONOSUPPORT", "socket"]);
  assertEquals(failure(() => Socket.pair(C.AF_INET, C.SOCK_STREAM)), ["EOPNOTSUPP", "socketpair"]);
  assertEquals(failure(() => Socket.pair(999, C.SOCK_STREAM)), ["EAFNOSUPPORT", "socketpair"]);
  assertEquals(failure(() => Socket.fromFd(1_000_000))[0], "EBADF");
  assertThrows(() => Socket.fromFd(-1), RangeError);
  for (const fd of [1.5, NaN, 2 ** 31, 2 ** 32]) assertThrows(() => Socket.fromFd(fd), RangeError);
  assertEquals(openDescriptors()?.size, before);
});

test("Socket.fromFd() does not change a descriptor that is not a socket", { needs: ["read"] }, () => {
  const fd = openSync("/proc/self/status", "r");
  assertEquals(failure(() => Socket.fromFd(fd))[0], "ENOTSOCK");
  assertEquals(flagsOf(fd).nonblocking, false);
  closeSync(fd);
});

test("every socket is non-blocking and close-on-exec, however it was made", async () => {
  const expected = { nonblocking: true, closeOnExec: true };
  using listener = Socket.open(C.AF_INET, C.SOCK_STREAM);
  assertEquals(flagsOf(listener.fd), expected);
  listener.bind(LOOPBACK);
  listener.listen(1);
  using client = Socket.open(C.AF_INET, C.SOCK_STREAM);
  await client.connect(listener.localSockaddr());
  const socket = await listener.accept();
  using server = socket;
  using twin = server.dup();
  const [a, b] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const raw = check(libc().socket(C.AF_INET, C.SOCK_DGRAM, 0), "socket");
  assertEquals(flagsOf(raw), { nonblocking: false, closeOnExec: false });
  using adopted = Socket.fromFd(raw);
  for (const { fd } of [server, twin, a, b, adopted]) assertEquals(flagsOf(fd), expected);
  a.close();
  b.close();
});

test("a failed connect() leaves the socket open, and names the address", async () => {
  using listener = Socket.open(C.AF_INET, C.SOCK_STREAM);
  listener.bind(LOOPBACK);
  const taken = listener.localSockaddr(); // bound, but not listening
  using client = Socket.open(C.AF_INET, C.SOCK_STREAM);
  const error = await assertRejects(() => client.connect(taken, { address: "here" })) as SystemError;
  assertEquals([error.code, error.syscall], ["ECONNREFUSED", "connect"]);
  assert(error.message.startsWith("Cannot connect to here: "), error.message);
  assert(client.fd >= 0);
  assertEquals((assertThrows(() => client.peerSockaddr()) as SystemError).code, "ENOTCONN");
});

test("dup() returns a second owner of one socket: closing one leaves the other open", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const twin = left.dup();
  assert(twin.fd !== left.fd);
  const read = assertRejects(() => left.read(new Uint8Array(1)), Error, "closed");
  left.close();
  await read;
  const again = twin.read(new Uint8Array(8));
  await right.write(new Uint8Array([1, 2, 3]));
  assertEquals(await again, 3);
  right.close();
  assertEquals(await twin.read(new Uint8Array(8)), null);
  twin.close();
  const { code, errno } = assertThrows(() => twin.dup(), Error, "closed") as SystemError;
  assertEquals([code, errno], ["EBADF", 9]);
});

test("both owners of one socket get its events, and each byte goes to one of them", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const twin = left.dup();
  const buffers = [new Uint8Array(1), new Uint8Array(1)] as const;
  const reads = [left.read(buffers[0]), twin.read(buffers[1])];
  await right.write(new Uint8Array([1]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await right.write(new Uint8Array([2]));
  assertEquals(await Promise.all(reads), [1, 1]);
  assertEquals([buffers[0][0], buffers[1][0]].sort(), [1, 2]);
  for (const socket of [left, right, twin]) socket.close();
});

test("detach() returns the descriptor, open and non-blocking, and rejects pending waits", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const read = assertRejects(() => left.read(new Uint8Array(1)), Error, "was detached");
  const fd = left.detach();
  await read;
  assertEquals(left.fd, -1);
  left.close(); // nothing of it remains to be closed
  assertEquals(flagsOf(fd).nonblocking, true);
  assertThrows(() => left.detach(), Error, "closed");
  using again = Socket.fromFd(fd);
  await right.write(new Uint8Array([7]));
  assertEquals(await again.read(new Uint8Array(8)), 1);
  right.close();
});

test("use after close never touches the descriptor that reuses the number", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const { fd } = left;
  left.close();
  const other = check(libc().fcntl(right.fd, C.F_DUPFD_CLOEXEC, BigInt(fd)), "fcntl");
  assertEquals(other, fd);
  const calls: (() => unknown)[] = [
    () => left.bind(LOOPBACK),
    () => left.listen(1),
    () => left.shutdown(C.SHUT_RDWR),
    () => left.getOption(C.SOL_SOCKET, C.SO_TYPE),
    () => left.getOptionBytes(C.SOL_SOCKET, C.SO_LINGER, 8),
    () => left.setOption(C.SOL_SOCKET, C.SO_RCVBUF, 4096),
    () => left.dup(),
  ];
  for (const call of calls) assertEquals(failure(call)[0], "EBADF", String(call));
  const waits: (() => Promise<unknown>)[] = [
    () => left.accept(),
    () => left.connect(LOOPBACK),
    () => left.read(new Uint8Array(1)),
    () => left.write(new Uint8Array(1)),
    () => left.closeWrite(),
    () => left.send(new Uint8Array(1)),
    () => left.sendto(new Uint8Array(1), LOOPBACK),
    () => left.recv(new Uint8Array(1)),
    () => left.recvfrom(new Uint8Array(1)),
    () => left.sendmsg({ buffers: [new Uint8Array(1)] }),
    () => left.recvmsg({ buffers: [new Uint8Array(1)] }),
  ];
  for (const wait of waits) assertEquals((await assertRejects(wait) as SystemError).code, "EBADF", String(wait));
  left.close();
  left[Symbol.dispose]();
  check(libc().close(other), "close"); // still open: nothing above closed it
  right.close();
});

test("an operation with an aborted signal does not touch the socket", async () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  await assertRejects(() => socket.connect(LOOPBACK, { signal: AbortSignal.abort(new Error("no")) }), Error, "no");
  const error = assertThrows(() => socket.peerSockaddr()) as SystemError;
  assertEquals(error.code, "ENOTCONN");
});

test("getOption() and setOption() pass numbers and bytes unchanged", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  assertEquals(socket.getOption(C.SOL_SOCKET, C.SO_TYPE), C.SOCK_STREAM);
  assertEquals(socket.getOption(C.SOL_SOCKET, C.SO_DOMAIN), C.AF_INET);
  socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, 8192);
  assertEquals(socket.getOption(C.SOL_SOCKET, C.SO_RCVBUF), 16384); // the kernel doubles it, socket(7)
  socket.setOption(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(Int32Array.of(1, 5).buffer));
  assertEquals([...socket.getOptionBytes(C.SOL_SOCKET, C.SO_LINGER, 8)], [1, 0, 0, 0, 5, 0, 0, 0]);
  assertEquals(socket.getOptionBytes(C.SOL_SOCKET, C.SO_LINGER, 4).length, 4);
  for (const value of [1.5, NaN, 2 ** 32, -(2 ** 31) - 1]) {
    assertThrows(() => socket.setOption(C.SOL_SOCKET, C.SO_PRIORITY, value), RangeError, "a 32-bit integer");
  }
  assertEquals(failure(() => socket.getOption(C.SOL_SOCKET, 9999)), ["ENOPROTOOPT", "getsockopt"]);
  assertEquals(failure(() => socket.setOption(C.SOL_SOCKET, 9999, 1)), ["ENOPROTOOPT", "setsockopt"]);
});

test("receive() with MSG_PEEK leaves the bytes, however often", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  await left.write(new Uint8Array([1, 2, 3]));
  for (let i = 0; i < 3; i++) assertEquals(await right.recv(new Uint8Array(8), { flags: C.MSG_PEEK }), 3);
  assertEquals(await right.read(new Uint8Array(8)), 3);
  left.close();
  assertEquals(await right.recv(new Uint8Array(8)), 0);
  right.close();
});

test("MSG_OOB receives TCP's urgent data, and does not stop the stream", async () => {
  using listener = Socket.open(C.AF_INET, C.SOCK_STREAM);
  listener.bind(LOOPBACK);
  listener.listen(1);
  using client = Socket.open(C.AF_INET, C.SOCK_STREAM);
  await client.connect(listener.localSockaddr());
  const socket = await listener.accept();
  using server = socket;
  const buffer = new Uint8Array(8);
  await client.write(new Uint8Array([1, 2]));
  await client.send(new Uint8Array([99]), { flags: C.MSG_OOB });
  await client.write(new Uint8Array([3]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(await server.recv(buffer, { flags: C.MSG_OOB }), 1);
  assertEquals(buffer[0], 99);
  // The kernel ends a read at the mark.
  assertEquals(await server.read(buffer), 2);
  assertEquals(await server.read(buffer, { timeout: 5000 }), 1);
  assertEquals(buffer[0], 3);
});

import { C, closeFd, libc } from "@berkeley/sockets/ffi";
import { encodeControlMessages, SO_PASSPIDFD, Socket } from "@berkeley/sockets/socket";
import {
  decodeCredentials,
  encodeCredentials,
  encodeSockaddrUn,
  OwnedFd,
  peerCredentials,
  peerPidfd,
  socketPair,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixMessage,
} from "@berkeley/sockets/unix";
import { closeSync, openSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
  spawn,
  tempDir,
  test,
} from "../runner/mod.ts";

const TYPES = ["stream", "seqpacket", "datagram"] as const;
const SO_PASSCRED = 16;

for (const type of TYPES) {
  test(`${type}: a passed file is the same file`, { needs: ["read", "write", "env"] }, async () => {
    using dir = tempDir();
    writeFileSync(`${dir.path}/f`, "contents");
    const file = openSync(`${dir.path}/f`, "r");
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(1), fds: [file, left, left.socket] });
    using message = await right.receiveMessage({ buffer: new Uint8Array(8), maxFds: 3 });
    assert(message !== null);
    assertEquals([message.data, message.truncated, message.controlTruncated], [Uint8Array.of(1), false, false]);
    const [passed, ...sockets] = message.fds;
    assert(passed !== undefined && passed.fd !== file);
    assertEquals(readlinkSync(`/proc/self/fd/${passed.fd}`), `${dir.path}/f`);
    assert(closeOnExec(passed.fd));
    const text = new Uint8Array(16);
    const taken = passed.take();
    assertEquals(new TextDecoder().decode(text.subarray(0, libc().read(taken, text, 16n))), "contents");
    assertThrows(() => passed.take(), TypeError, "taken or closed");
    closeSync(file);
    closeFd(taken);
    assertEquals(sockets.map(({ fd }) => fd >= 0), [true, true]);
    left.close();
    right.close();
  });

  if (type !== "stream") {
    test(`${type}: receiveMessage() without a buffer returns all of a message, as receive() does`, async () => {
      const [left, right] = socketPair(type);
      for (const length of [200_000, 65_537, 65_536, 1, 0]) {
        const data = new Uint8Array(length).map((_, i) => i);
        await left.sendMessage({ data, fds: [left] });
        using message = await right.receiveMessage({ maxFds: 1 });
        assertEquals([message?.data, message?.truncated, message?.fds.length], [data, false, 1]);
        assertEquals(message?.data.buffer.byteLength, data.length);
        await left.send(data);
        assertEquals((await right.receive())?.data, data);
      }
      left.close();
      right.close();
    });
  }

  test(`${type}: descriptors that nobody takes are closed with the message`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(1), fds: [left, right] });
    let fds: readonly OwnedFd[];
    {
      using message = await right.receiveMessage({ buffer: new Uint8Array(8), maxFds: 2 });
      fds = message?.fds ?? [];
      assertEquals(fds.length, 2);
    }
    assertEquals(fds.map(({ fd }) => fd), [-1, -1]); // the descriptor count around each test proves that they are gone
    left.close();
    right.close();
  });

  for (const [maxFds, passed] of [[0, 1], [1, 2], [3, 20], [252, 253]] as const) {
    test(`${type}: ${passed} descriptors where ${maxFds} are expected are closed, all of them`, async () => {
      const [left, right] = socketPair(type);
      await left.sendMessage({ data: Uint8Array.of(1), fds: Array(passed).fill(left) });
      using message = await right.receiveMessage({ buffer: new Uint8Array(8), maxFds });
      assertEquals([message?.data, message?.fds, message?.controlTruncated], [Uint8Array.of(1), [], true]);
      left.close();
      right.close();
    });
  }

  test(`${type}: a receive without ancillary data drops descriptors`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(7), fds: Array(100).fill(left) });
    if ("read" in right) assertEquals(await right.read(new Uint8Array(8)), 1);
    else assertEquals((await right.receive())?.data, Uint8Array.of(7));
    left.close();
    right.close();
  });

  test(`${type}: descriptors in a message that nobody receives are closed with the socket`, async () => {
    const [left, right] = socketPair(type);
    for (let i = 0; i < 5; i++) await left.sendMessage({ data: Uint8Array.of(i), fds: [left, right] });
    left.close();
    right.close();
  });

  test(`${type}: 253 descriptors go at once, 254 are refused`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(1), fds: Array(253).fill(left) });
    using message = await right.receiveMessage({ buffer: new Uint8Array(8), maxFds: 253 });
    assertEquals([message?.fds.length, message?.controlTruncated], [253, false]);
    await assertRejects(
      () => left.sendMessage({ data: Uint8Array.of(1), fds: Array(254).fill(left) }),
      RangeError,
      "253",
    );
    await assertRejects(() => right.receiveMessage({ buffer: new Uint8Array(8), maxFds: 254 }), RangeError, "253");
    left.close();
    right.close();
  });

  test(`${type}: a descriptor that is not open is refused before the call`, async () => {
    const [left, right] = socketPair(type);
    right.close();
    for (const bad of [-1, 0.5, NaN, right, right.socket, new OwnedFd(-1)]) {
      await assertRejects(() => left.sendMessage({ data: Uint8Array.of(1), fds: [bad] }), TypeError, "not open");
    }
    await assertRejects(() => left.sendMessage({ data: Uint8Array.of(1), fds: [1_000_000] }), Error, "EBADF");
    left.close();
  });

  test(`${type}: 10,000 descriptors are passed and none is leaked`, async () => {
    const [left, right] = socketPair(type);
    const buffer = new Uint8Array(4);
    let received = 0;
    for (let i = 0; i < 1000; i++) {
      await left.sendMessage({ data: Uint8Array.of(i & 0xff), fds: Array(10).fill(left) });
      using message = await right.receiveMessage({ buffer, maxFds: i % 3 === 0 ? 9 : 10 });
      assertEquals(message?.data, Uint8Array.of(i & 0xff));
      assertEquals(message?.controlTruncated, i % 3 === 0);
      received += message?.fds.length ?? 0;
      if (i % 3 === 1) { for (const fd of message?.fds ?? []) closeFd(fd.take()); }
    }
    assertEquals(received, 6660);
    left.close();
    right.close();
  });

  test(`${type}: SCM_CREDENTIALS identify the sender`, { needs: ["sys"] }, async () => {
    const [left, right] = socketPair(type);
    right.socket.setOption(C.SOL_SOCKET, SO_PASSCRED, 1);
    await left.sendMessage({ data: Uint8Array.of(1), credentials: true });
    using message = await right.receiveMessage({ buffer: new Uint8Array(8) });
    const ids = { pid: process.pid, uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
    assertEquals(message?.credentials, ids);
    assertEquals(message?.controlTruncated, false);
    left.close();
    right.close();
  });

  test(`${type}: SCM_PIDFD is a descriptor of the sender`, { needs: ["read"] }, async () => {
    const [left, right] = socketPair(type);
    right.socket.set(SO_PASSPIDFD, true);
    assertEquals(right.socket.get(SO_PASSPIDFD), true);
    await left.sendMessage({ data: Uint8Array.of(1) });
    {
      using message = await right.receiveMessage({ buffer: new Uint8Array(8) });
      assertEquals(pidOf(message?.pidfd?.fd ?? -1), process.pid);
    }
    left.close();
    right.close();
  });

  test(`${type}: a message reports that its data was cut off`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(1, 2, 3, 4) });
    using message = await right.receiveMessage({ buffer: new Uint8Array(2) });
    assertEquals(message?.data, Uint8Array.of(1, 2));
    assertEquals(message?.truncated, type !== "stream");
    left.close();
    right.close();
  });
}

test("seqpacket: receiveMessage() distinguishes an empty message from the end", async () => {
  const [left, right] = socketPair("seqpacket");
  await left.sendMessage({ fds: [right] });
  await left.sendMessage({});
  left.close();
  const buffer = new Uint8Array(8);
  using first = await right.receiveMessage({ buffer, maxFds: 1 });
  using second = await right.receiveMessage({ buffer });
  assertEquals([first?.data.length, first?.fds.length, second?.data.length], [0, 1, 0]);
  assertEquals(await right.receiveMessage({ buffer }), null);
  right.close();
});

test("stream: receiveMessage() is null at the end, and stops at descriptors", async () => {
  const [left, right] = socketPair("stream");
  await left.write(Uint8Array.of(1));
  await left.sendMessage({ data: Uint8Array.of(2), fds: [left] });
  await left.sendMessage({ data: Uint8Array.of(3), fds: [right] });
  left.close();
  const counts: [number, number][] = [];
  for (;;) {
    using message = await right.receiveMessage({ buffer: new Uint8Array(16), maxFds: 4 });
    if (message === null) break;
    counts.push([message.data.length, message.fds.length]);
  }
  assertEquals(counts.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]), [3, 2]);
  assert(counts.every(([, fds]) => fds <= 1), JSON.stringify(counts));
  right.close();
});

test("stream: receiveMessage() into an empty buffer is not the end, and into one byte it is", async () => {
  const [left, right] = socketPair("stream");
  await left.write(Uint8Array.of(1));
  assertEquals((await right.receiveMessage({ buffer: new Uint8Array(0) }))?.data.length, 0);
  assertEquals((await right.receiveMessage({ buffer: new Uint8Array(1) }))?.data.length, 1);
  left.close();
  assertEquals((await right.receiveMessage({ buffer: new Uint8Array(0) }))?.data.length, 0);
  assertEquals(await right.receiveMessage({ buffer: new Uint8Array(1) }), null);
  right.close();
});

for (const type of ["seqpacket", "datagram"] as const) {
  test(`${type}: an empty message carries descriptors`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ fds: [left] });
    using message = await right.receiveMessage({ buffer: new Uint8Array(1), maxFds: 1, timeout: 2000 });
    assertEquals([message?.data.length, message?.fds.length], [0, 1]);
    left.close();
    right.close();
  });
}

test("stream: ancillary data without a byte to carry it is refused", async () => {
  const [left, right] = socketPair("stream");
  await assertRejects(() => left.sendMessage({ fds: [left] }), TypeError, "without a byte");
  await assertRejects(() => left.sendMessage({ credentials: true }), TypeError, "without a byte");
  left.close();
  right.close();
});

test("stream: sendMessage() sends all of a large message, with the descriptor once", async () => {
  const [left, right] = socketPair("stream");
  const data = crypto.getRandomValues(new Uint8Array(65_536));
  const large = new Uint8Array(4 << 20).map((_, i) => data[i & 0xffff] ?? 0);
  const sending = Promise.all([left.sendMessage({ data: large, fds: [left] }), left.write(Uint8Array.of(9))]);
  let [at, fds] = [0, 0];
  const buffer = new Uint8Array(1 << 16);
  while (at <= large.length) {
    using message = await right.receiveMessage({ buffer, maxFds: 4 });
    if (message === null) break;
    const rest = large.subarray(at, at + message.data.length);
    assertEquals(rest.every((byte, i) => byte === message.data[i]), true);
    at += message.data.length;
    fds += message.fds.length;
  }
  assertEquals([at, fds, await sending], [large.length + 1, 1, [large.length, 1]]);
  left.close();
  right.close();
});

test("datagram: messages have the sender's address", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using client = UnixDatagramSocket.bind({ autobind: true });
  await client.sendMessage({ data: Uint8Array.of(1), addr: server.localAddr });
  using message = await server.receiveMessage({ buffer: new Uint8Array(4) });
  assertEquals(message.addr, client.localAddr);
});

test("datagram: remoteAddr is the address that the socket is connected to", async () => {
  using server = UnixDatagramSocket.bind({ autobind: true });
  using client = UnixDatagramSocket.open();
  assertThrows(() => client.remoteAddr, Error, "ENOTCONN");
  await client.connect(server.localAddr);
  assertEquals(client.remoteAddr, server.localAddr);
  const [left, right] = socketPair("datagram");
  assertEquals(left.remoteAddr, { transport: "unixpacket", path: "" });
  left.close();
  right.close();
  await assertRejects(() => client.connect({ path: "" }), TypeError, "empty");
});

test("UnixMessage takes only whole descriptors from control messages with wrong lengths", () => {
  const [left, right] = socketPair("seqpacket");
  const fd = right.socket.dup().detach();
  const whole = encodeControlMessages([{
    level: C.SOL_SOCKET,
    type: C.SCM_RIGHTS,
    data: new Uint8Array(Int32Array.of(fd, fd, fd).buffer),
  }]);
  for (let length = 0; length <= whole.length; length++) {
    for (const lie of [0n, 15n, 16n, 17n, 21n, 28n, 1n << 40n, (1n << 64n) - 1n]) {
      const control = whole.slice(0, length);
      if (length >= 8) new DataView(control.buffer).setBigUint64(0, lie, true);
      const received = { length: 0, flags: 0, sockaddr: new Uint8Array(0), control };
      const message = new UnixMessage(new Uint8Array(0), received, 253);
      const claimed = lie > BigInt(length) ? length : Number(lie);
      const expected = length < 16 ? 0 : Math.max(0, Math.floor((claimed - 16) / 4));
      assertEquals(message.fds.length, expected, `${length} bytes, ${lie} claimed`);
      for (const owned of message.fds) owned.take(); // it is one descriptor many times, so it must be closed only once
    }
  }
  new OwnedFd(fd).close();
  left.close();
  right.close();
});

test("UnixMessage closes its descriptors if the rest of the message is invalid", () => {
  const [left, right] = socketPair("stream");
  const fd = left.socket.dup().detach();
  left.close();
  const data = new Uint8Array(Int32Array.of(fd).buffer);
  const control = encodeControlMessages([{ level: C.SOL_SOCKET, type: C.SCM_RIGHTS, data }]);
  const received = { length: 0, flags: 0, sockaddr: Uint8Array.of(2, 0), control };
  assertThrows(() => new UnixMessage(new Uint8Array(0), received, 1), RangeError, "family must be 1");
  right.close(); // the test runner counts the descriptors
});

test(
  "a sender that is bound to 108 bytes without a NUL has an address",
  { needs: ["read", "write", "env"] },
  async () => {
    using dir = tempDir();
    const path = `${dir.path}/${"x".repeat(108)}`.slice(0, 108);
    const addr = { path: `${dir.path}/server` };
    const server = UnixDatagramSocket.bind(addr);
    const peer = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
    peer.bind(new Uint8Array([C.AF_UNIX, 0, ...new TextEncoder().encode(path)]));
    for (let i = 0; i < 2; i++) await peer.sendto(Uint8Array.of(7), encodeSockaddrUn(addr));
    assertEquals((await server.receive()).addr, { transport: "unixpacket", path });
    using message = await server.receiveMessage();
    assertEquals([message.addr.path, message.data], [path, Uint8Array.of(7)]);
    server.close();
    peer.close();
  },
);

test("UnixMessage has no pidfd if the kernel sends an error number instead, as for a sender that has ended", () => {
  const data = new Uint8Array(Int32Array.of(-22).buffer); // Linux 6.12: EINVAL
  const control = encodeControlMessages([{ level: C.SOL_SOCKET, type: C.SCM_PIDFD, data }]);
  const received = { length: 0, flags: 0, sockaddr: new Uint8Array(0), control };
  using message = new UnixMessage(new Uint8Array(0), received, 0);
  assertEquals(message.pidfd, undefined);
});

test("a receiver that dies with 10,000 descriptors in flight leaks none", { needs: ["sys", "python3"] }, async () => {
  using listener = UnixListener.listen({ autobind: true });
  const { abstract } = listener.addr as { abstract: string };
  const program = `import socket,sys,time
s = socket.socket(socket.AF_UNIX); s.connect("\\x00${abstract}"); s.recv(1); print("got", flush=True); time.sleep(60)`;
  await using peer = spawn("python3", ["-c", program]);
  using conn = await listener.accept();
  const [a, b] = socketPair("stream");
  await conn.sendMessage({ data: Uint8Array.of(1), fds: [a] });
  // Without privileges the kernel keeps no more descriptors in flight than a process may have open.
  const count = process.getuid?.() === 0 ? 250 : 10;
  for (let i = 0; i < 40; i++) await conn.sendMessage({ data: Uint8Array.of(2), fds: Array(count).fill(b) });
  assertEquals(await peer.line(), "got");
  peer.kill();
  await peer.exit;
  b.close();
  assertEquals(await a.read(new Uint8Array(1), { timeout: 5000 }), null); // the last copy of b died with the receiver
  a.close();
});

test(
  "peerCredentials() and peerPidfd() identify a client in another process",
  { needs: ["sys", "python3"] },
  async () => {
    using listener = UnixListener.listen({ autobind: true });
    const { abstract } = listener.addr as { abstract: string };
    const program = `import socket,os,time
os.setgid(12345); os.setuid(54321)
s = socket.socket(socket.AF_UNIX); s.connect("\\x00${abstract}"); time.sleep(60)`;
    await using peer = spawn("python3", ["-c", process.getuid?.() === 0 ? program : program.replace(/os\.set.*/, "")]);
    using conn = await listener.accept({ timeout: 10_000 });
    const credentials = peerCredentials(conn);
    assertEquals(credentials.pid, peer.pid);
    if (process.getuid?.() === 0) assertEquals(credentials, { pid: peer.pid, uid: 54321, gid: 12345 });
    using pidfd = peerPidfd(conn);
    assertEquals(pidOf(pidfd.fd), peer.pid);
    assert(closeOnExec(pidfd.fd));
  },
);

test("UnixConn.sendMessage() with credentials of others needs privileges", async () => {
  const [left, right] = socketPair("stream");
  const forged = left.sendMessage({ data: Uint8Array.of(1), credentials: { pid: 0x7ffffffe, uid: 0, gid: 0 } });
  const error = await assertRejects(() => forged);
  assert(["EPERM", "ESRCH"].includes((error as { code?: string }).code ?? ""), error.message);
  left.close();
  right.close();
});

test("a Socket from a passed descriptor works, in both directions", async () => {
  const [left, right] = socketPair("seqpacket");
  const [near, far] = socketPair("stream");
  await left.sendMessage({ fds: [far] });
  far.close();
  using message = await right.receiveMessage({ buffer: new Uint8Array(1), maxFds: 1 });
  using passed = new UnixConn(Socket.fromFd(message?.fds[0]?.take() ?? -1));
  assertInstanceOf(message, UnixMessage);
  await near.write(new TextEncoder().encode("ping"));
  const buffer = new Uint8Array(8);
  assertEquals(await passed.read(buffer), 4);
  near.close();
  assertEquals(await passed.read(buffer), null);
  left.close();
  right.close();
});

function closeOnExec(fd: number): boolean {
  const flags = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").match(/^flags:\s+(\d+)/m)?.[1] ?? "0";
  return (Number.parseInt(flags, 8) & 0o2000000) !== 0;
}

for (const type of TYPES) {
  test(`${type}: receiveMessage() refuses a value that is not a buffer, and the message stays in the queue`, async () => {
    const [left, right] = socketPair(type);
    await left.sendMessage({ data: Uint8Array.of(7) });
    for (const wrong of [null, "text", new Uint16Array(4)]) {
      await assertRejects(
        async () => await right.receiveMessage({ buffer: wrong as unknown as Uint8Array }),
        TypeError,
        "Cannot use a buffer that is not a Uint8Array",
      );
    }
    using message = await right.receiveMessage();
    assertEquals(message?.data, Uint8Array.of(7));
    left.close();
    right.close();
  });
}

test("sendMessage() refuses values without a descriptor, and says what is needed", async () => {
  const [left, right] = socketPair("datagram");
  for (const wrong of [{}, { socket: undefined }, { fd: "3" }, "0", null, 1n]) {
    const fds = [wrong as unknown as OwnedFd];
    await assertRejects(() => left.sendMessage({ fds }), TypeError, "must be a number or an object with fd");
  }
  for (const fds of [0, left, "0"] as unknown as OwnedFd[][]) {
    await assertRejects(() => left.sendMessage({ fds }), TypeError, "fds must be an array");
  }
  for (const credentials of [1, "root", null] as unknown as boolean[]) {
    await assertRejects(
      () => left.sendMessage({ credentials }),
      TypeError,
      "credentials must be a Boolean or an object",
    );
  }
  left.close();
  right.close();
});

function pidOf(pidfd: number): number {
  return Number(readFileSync(`/proc/self/fdinfo/${pidfd}`, "utf8").match(/^Pid:\s+(\d+)/m)?.[1]);
}

test("encodeCredentials() and decodeCredentials() refuse invalid credentials", () => {
  const ids = { pid: 1, uid: 0xffffffff, gid: 0 };
  assertEquals(decodeCredentials(encodeCredentials(ids)), ids);
  for (const uid of [-1, 0.5, NaN, 2 ** 32]) {
    assertThrows(() => encodeCredentials({ ...ids, uid }), RangeError, "Cannot encode credentials as the uid");
  }
  assertThrows(() => decodeCredentials(new Uint8Array(11)), RangeError, "current length is 11");
});

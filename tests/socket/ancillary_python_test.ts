import { C, check, libc } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, hex, type Need, spawn, test } from "../runner/mod.ts";

const needs: Need[] = ["python3"];

/** Runs Python as `peer`, connected to us by an abstract address of AF_UNIX, which needs no file. */
async function withPython(kind: "STREAM" | "SEQPACKET", script: string, fn: (ours: Socket) => Promise<void>) {
  const name = `sockets-${Date.now()}-${Math.random()}`;
  using listener = Socket.open(C.AF_UNIX, C[`SOCK_${kind}`]);
  listener.bind(Uint8Array.of(C.AF_UNIX, 0, 0, ...new TextEncoder().encode(name)));
  listener.listen(1);
  const connect = `import array, os, socket, struct
peer = socket.socket(socket.AF_UNIX, socket.SOCK_${kind})
peer.connect("\\0${name}")
`;
  await using program = spawn("python3", ["-c", connect + script]);
  const socket = await listener.accept({ timeout: 20_000 });
  using ours = socket;
  await fn(ours);
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  return stdout;
}

/** struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; } and its data, padded to 8 bytes. */
function controlMessage(level: number, type: number, data: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + Math.ceil(data.length / 4) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(16 + data.length * 4), true);
  view.setInt32(8, level, true);
  view.setInt32(12, type, true);
  for (const [i, value] of data.entries()) view.setInt32(16 + i * 4, value, true);
  return bytes;
}

test("Python reads the control bytes that sendMessage() passes, here descriptors", { needs }, async () => {
  const script = `
data, ancillary, flags, _ = peer.recvmsg(64, socket.CMSG_SPACE(8))
[(level, kind, raw)] = ancillary
first, second = array.array("i", raw)
print(data.decode(), level == socket.SOL_SOCKET, kind == socket.SCM_RIGHTS, flags & socket.MSG_CTRUNC)
a = socket.socket(fileno=first)
b = socket.socket(fileno=second)
b.setblocking(True) # the flag belongs to the socket, not to the descriptor
a.sendall(b"through the first")
print(b.recv(64).decode())
`;
  const stdout = await withPython("STREAM", script, async (ours) => {
    const [a, b] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
    const [c, d] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
    const control = controlMessage(C.SOL_SOCKET, C.SCM_RIGHTS, [a.fd, d.fd]);
    const buffers = [new TextEncoder().encode("two "), new TextEncoder().encode("descriptors")];
    assertEquals(await ours.sendmsg({ buffers, control }), 15);
    a.close();
    d.close();
    const buffer = new Uint8Array(64);
    const n = await b.read(buffer);
    assertEquals(new TextDecoder().decode(buffer.subarray(0, n ?? 0)), "through the first");
    await c.write(new TextEncoder().encode("back through the second"));
    b.close();
    c.close();
  });
  assertEquals(stdout, "two descriptors True True 0\nback through the second\n");
});

test("receiveMessage() returns the control bytes that Python sent, here a descriptor", { needs }, async () => {
  const script = `
reader, writer = os.pipe()
peer.sendmsg([b"here ", b"it is"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [reader]))])
os.write(writer, b"in the pipe")
os.close(writer)
`;
  await withPython("SEQPACKET", script, async (ours) => {
    const buffers = [new Uint8Array(3), new Uint8Array(32)] as const;
    const message = await ours.recvmsg({ buffers: [...buffers], controlLength: 24 });
    assertEquals([message.length, message.flags & (C.MSG_TRUNC | C.MSG_CTRUNC)], [10, 0]);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals([text(buffers[0]), text(buffers[1].subarray(0, 7))], ["her", "e it is"]);
    const view = new DataView(message.control.buffer, message.control.byteOffset, message.control.byteLength);
    assertEquals([view.getBigUint64(0, true), view.getInt32(8, true), view.getInt32(12, true)], [20n, 1, 1]);
    const fd = view.getInt32(16, true);
    // MSG_CMSG_CLOEXEC: received descriptors are closed when a program is started.
    assertEquals(check(libc().fcntl(fd, C.F_GETFD, 0n), "fcntl"), C.FD_CLOEXEC);
    const bytes = new Uint8Array(32);
    let n = 0;
    for (let i = 0; i < 200 && n === 0; i++) n = check(libc().read(fd, bytes, 32n), "read");
    assertEquals(text(bytes.subarray(0, n)), "in the pipe");
    check(libc().close(fd), "close");
  });
});

test(
  "receiveMessage() reports truncated data and control bytes, and leaks no descriptor",
  { needs },
  async () => {
    const script = `
peer.sendmsg([b"a long message"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
peer.sendmsg([b"next"])
`;
    await withPython("SEQPACKET", script, async (ours) => {
      const message = await ours.recvmsg({ buffers: [new Uint8Array(6)], controlLength: 0 });
      assertEquals(message.length, 6);
      assertEquals(message.flags & C.MSG_TRUNC, C.MSG_TRUNC);
      assertEquals(message.flags & C.MSG_CTRUNC, C.MSG_CTRUNC);
      assertEquals(message.control.length, 0);
      // With MSG_TRUNC asked for, the length is that of the whole message.
      const next = await ours.recvmsg({ buffers: [new Uint8Array(2)] }, { flags: C.MSG_TRUNC });
      assertEquals(next.length, 4);
    });
  },
);

test("receiveMessage() returns Python's credentials if SO_PASSCRED requests them", { needs }, async () => {
  const SO_PASSCRED = 16;
  const script = `
peer.recv(1)
peer.sendmsg([b"me"])
print(os.getpid(), os.getuid(), os.getgid())
`;
  let credentials = "";
  const stdout = await withPython("STREAM", script, async (ours) => {
    ours.setOption(C.SOL_SOCKET, SO_PASSCRED, 1);
    await ours.write(new Uint8Array(1));
    const { length, control } = await ours.recvmsg({ buffers: [new Uint8Array(8)], controlLength: 64 });
    assertEquals(length, 2);
    const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
    assertEquals([view.getInt32(8, true), view.getInt32(12, true)], [C.SOL_SOCKET, C.SCM_CREDENTIALS]);
    credentials = [16, 20, 24].map((offset) => view.getInt32(offset, true)).join(" ");
  });
  assertEquals(stdout.trim(), credentials);
});

test("recvfrom() and recvmsg() return the sender's sockaddr as the kernel wrote it", async () => {
  using receiver = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  using sender = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  const random = String(Math.random());
  const addressOf = (name: string) => Uint8Array.of(C.AF_UNIX, 0, 0, ...new TextEncoder().encode(name + random));
  receiver.bind(addressOf("to"));
  sender.bind(addressOf("from"));
  await sender.sendto(new Uint8Array([1, 2]), addressOf("to"));
  const plain = await receiver.recvfrom(new Uint8Array(8));
  assertEquals([plain.length, hex(plain.sockaddr)], [2, hex(addressOf("from"))]);
  await sender.sendmsg({ buffers: [new Uint8Array([1]), new Uint8Array([2, 3])], sockaddr: addressOf("to") });
  const message = await receiver.recvmsg({ buffers: [new Uint8Array(8)] });
  assertEquals([message.length, hex(message.sockaddr)], [3, hex(addressOf("from"))]);
  // A zero-length datagram is a datagram.
  await sender.sendto(new Uint8Array(0), addressOf("to"));
  const empty = await receiver.recvfrom(new Uint8Array(8), { timeout: 5000 });
  assertEquals([empty.length, hex(empty.sockaddr)], [0, hex(addressOf("from"))]);
  assert(message.control.length === 0);
});

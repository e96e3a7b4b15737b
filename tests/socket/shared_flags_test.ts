import { assertEquals, type Permission, spawnScript, test } from "../runner/mod.ts";

const needs: Permission[] = ["run", "read", "write", "env"];
const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

/** Another holder of the socket makes it block; then each call still waits for its timeout, and others can run. */
const SCRIPT = `
import { C, check, libc } from "${FFI}";
import { MessageBatch, Socket } from "${SOCKET}";

const bytes = new Uint8Array(1 << 16);
const batchOf = (length) => {
  const batch = new MessageBatch({ capacity: 1, size: 1 });
  if (length > 0) batch.push(bytes.subarray(0, length));
  return batch;
};
const CALLS = {
  read: (socket, options) => socket.read(bytes, options),
  recv: (socket, options) => socket.recv(bytes, options),
  "recv, all": (socket, options) => socket.recv(bytes, { ...options, flags: C.MSG_WAITALL }),
  recvfrom: (socket, options) => socket.recvfrom(bytes, options),
  recvmsg: (socket, options) => socket.recvmsg({ buffers: [bytes] }, options),
  recvmmsg: (socket, options) => socket.recvmmsg(batchOf(0), options),
  write: async (socket, options) => { for (;;) await socket.write(bytes, options); },
  send: async (socket, options) => { for (;;) await socket.send(bytes, options); },
  sendmsg: async (socket, options) => { for (;;) await socket.sendmsg({ buffers: [bytes] }, options); },
  sendmmsg: async (socket, options) => { for (;;) await socket.sendmmsg(batchOf(1), options); },
};
for (const type of ["SOCK_STREAM", "SOCK_SEQPACKET", "SOCK_DGRAM"]) {
  for (const [name, call] of Object.entries(CALLS)) {
    if (type !== "SOCK_STREAM" && ["read", "write"].includes(name)) continue;
    const [left, right] = Socket.pair(C.AF_UNIX, C[type]);
    const other = left.dup();
    const flags = check(libc().fcntl(other.fd, C.F_GETFL, 0n), "fcntl");
    check(libc().fcntl(other.fd, C.F_SETFL, BigInt(flags & ~C.O_NONBLOCK)), "fcntl");
    const error = await call(left, { timeout: 50 }).catch((error) => error);
    console.log(type + " " + name + ": " + error.name);
    for (const socket of [left, right, other]) socket.close();
  }
}
`;

const MESSAGE_CALLS = ["recv", "recv, all", "recvfrom", "recvmsg", "recvmmsg", "send", "sendmsg", "sendmmsg"];
const STREAM_CALLS = ["read", ...MESSAGE_CALLS.slice(0, 5), "write", ...MESSAGE_CALLS.slice(5)];

test("no call blocks the event loop where another holder of the socket clears O_NONBLOCK", { needs }, async () => {
  await using program = spawnScript(SCRIPT);
  const expected = Object.entries({
    SOCK_STREAM: STREAM_CALLS,
    SOCK_SEQPACKET: MESSAGE_CALLS,
    SOCK_DGRAM: MESSAGE_CALLS,
  });
  for (const [type, calls] of expected) {
    for (const call of calls) assertEquals(await program.line(), `${type} ${call}: TimeoutError`);
  }
  assertEquals((await program.exit).code, 0);
});

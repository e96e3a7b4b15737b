/**
 * Not a program: the functions of WASI preview 1 that a server needs, over blocking sockets. A program that imports
 * more, such as files, does not start, and the error names the function.
 */
import { type BlockingSocket, poll } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import type { NetAddr } from "@berkeley/sockets/inet";
import { writeSync } from "node:fs";

/** The WASI error numbers, which differ from those of Linux; others become EIO. */
const ERRNO: Record<string, number> = {
  EAGAIN: 6,
  EBADF: 8,
  ECONNRESET: 15,
  EINVAL: 28,
  EMFILE: 33,
  EPIPE: 64,
  ESPIPE: 70,
};
const EIO = 29;
const NONBLOCK = 4;
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;

/** A blocking socket that listens, or is connected. */
export type Stream = BlockingSocket<NetAddr, Omit<NetAddr, "transport">>;

/** The descriptors of the program. */
const sockets = new Map<number, Stream>();
/** The memory of the program: all its numbers are little-endian. */
let memory: DataView;
/** Set once the program has called exit(3). */
let exitCode: number | undefined;

/** The module `wasi_snapshot_preview1`. Each function throws, or stores its results where the program wants them. */
const calls: Record<string, (...args: number[]) => void> = {
  proc_exit(code) {
    exitCode = code;
    throw new Error("exit"); // the only way out of WebAssembly
  },
  fd_close(fd) {
    socketOf(fd).close();
    sockets.delete(fd);
  },
  // struct fdstat { u8 filetype; u16 flags; u64 rights_base, rights_inheriting; }
  fd_fdstat_get(fd, at) {
    const socket = fd < 3 ? undefined : socketOf(fd);
    memory.setUint8(at, socket === undefined ? 2 : 6); // a character device, or a stream socket
    memory.setUint16(at + 2, socket?.timeout === 0 ? NONBLOCK : 0, true);
    memory.setBigUint64(at + 8, ALL_RIGHTS, true);
    memory.setBigUint64(at + 16, ALL_RIGHTS, true);
  },
  fd_fdstat_set_flags: (fd, flags) => setFlags(socketOf(fd), flags),
  fd_seek: () => fail("ESPIPE"),
  fd_read: (fd, vectors, count, size) => receive(fd, buffersAt(vectors, count), 0, size),
  fd_write: (fd, vectors, count, size) => send(fd, buffersAt(vectors, count), size),
  sock_accept(fd, flags, at) {
    const conn = socketOf(fd).accept();
    setFlags(conn, flags);
    let number = 4;
    while (sockets.has(number)) number++;
    sockets.set(number, conn);
    memory.setUint32(at, number, true);
  },
  sock_recv(fd, vectors, count, flags, size, flagsAt) {
    receive(fd, buffersAt(vectors, count), ((flags & 1) && C.MSG_PEEK) | ((flags & 2) && C.MSG_WAITALL), size);
    memory.setUint16(flagsAt, 0, true);
  },
  sock_send: (fd, vectors, count, _flags, size) => send(fd, buffersAt(vectors, count), size),
  sock_shutdown(fd, how) { // 1 is to read, 2 to write, 3 both
    if (how < 1 || how > 3) fail("EINVAL");
    socketOf(fd).shutdown(how - 1);
  },
  // struct subscription { u64 userdata; u8 tag; union { struct { u32 id; u64 timeout, precision; u16 flags; }; u32 fd; }; }
  // struct event { u64 userdata; u16 error; u8 type; struct { u64 nbytes; u16 flags; }; }
  poll_oneoff(subscriptions, events, count, size) {
    if (count === 0) fail("EINVAL"); // it would wait for ever
    const all = Array.from({ length: count }, (_, i) => {
      const at = subscriptions + i * 48;
      const type = memory.getUint8(at + 8); // 0 is a clock, 1 to read, 2 to write
      if (type === 0 && memory.getUint16(at + 40, true) !== 0) fail("EINVAL"); // an absolute time
      const timeout = type === 0 ? Number(memory.getBigUint64(at + 24, true)) / 1e6 : Infinity;
      return { at, type, timeout, fd: memory.getUint32(at + 16, true) };
    });
    const requests = all.filter(({ type }) => type !== 0).map((one) => ({
      socket: { fd: one.fd < 3 ? one.fd : socketOf(one.fd).fd, subscription: one },
      events: [one.type === 1 ? "read" as const : "write" as const],
    }));
    const timeout = Math.min(...all.map((one) => one.timeout));
    const ready = poll(requests, { timeout });
    let found = 0;
    for (const one of all) {
      const result = ready.find(({ socket }) => socket.subscription === one);
      if (one.type === 0 ? ready.length > 0 || one.timeout > timeout : result === undefined) continue;
      const event = events + 32 * found++;
      new Uint8Array(memory.buffer, event, 32).fill(0);
      memory.setBigUint64(event, memory.getBigUint64(one.at, true), true);
      memory.setUint8(event + 10, one.type);
      memory.setUint16(event + 24, result?.hangup === true ? 1 : 0, true);
    }
    memory.setUint32(size, found, true);
  },
};

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

function socketOf(fd: number): Stream {
  return sockets.get(fd) ?? fail("EBADF");
}

function setFlags(socket: Stream, flags: number): void {
  socket.timeout = (flags & NONBLOCK) === 0 ? Infinity : 0;
}

// struct iovec { void *buf; size_t buf_len; }
function buffersAt(vectors: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const at = vectors + i * 8;
    return new Uint8Array(memory.buffer, memory.getUint32(at, true), memory.getUint32(at + 4, true));
  });
}

function receive(fd: number, buffers: Uint8Array[], flags: number, size: number): void {
  memory.setUint32(size, socketOf(fd).recvmsg({ buffers }, { flags }).length, true);
}

function send(fd: number, buffers: Uint8Array[], size: number): void {
  const buffer = buffers.find(({ length }) => length > 0) ?? new Uint8Array(0); // the program sends the rest next time
  memory.setUint32(size, fd === 1 || fd === 2 ? writeSync(fd, buffer) : socketOf(fd).send(buffer), true);
}

/** Runs a program, with a socket as its descriptor 3, and returns its exit code. */
export function runWasi(module: WebAssembly.Module, socket: Stream): number {
  sockets.set(3, socket);
  const functions = Object.entries(calls).map(([name, call]) => [name, (...args: number[]): number => {
    try {
      memory = new DataView((exports["memory"] as WebAssembly.Memory).buffer); // another one when it has grown
      call(...args);
      return 0;
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") return ERRNO["EAGAIN"] ?? EIO;
      if (!(error instanceof Error && "code" in error)) throw error;
      return ERRNO[String(error.code)] ?? EIO;
    }
  }]);
  const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: Object.fromEntries(functions) });
  try {
    (exports["_start"] as () => void)();
  } catch (error) {
    if (exitCode === undefined) throw error;
  }
  return exitCode ?? 0;
}

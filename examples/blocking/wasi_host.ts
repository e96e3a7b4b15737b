/**
 * A WebAssembly host for WASI programs with blocking sockets. The program gets a listening socket as descriptor 3, and
 * accepts, reads, writes and polls as in POSIX: [wasi_echo.c](wasi_echo.c) is one. For Deno, Node and Bun.
 *
 * @module
 */
import { BlockingSocket, poll } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import type { NetAddr } from "@berkeley/sockets/inet";
import { readFileSync, writeSync } from "node:fs";
import process from "node:process";

const USAGE = `Usage: wasi_host.ts FILE [PORT]

Runs the WASI program FILE, with a socket that listens on 127.0.0.1 and PORT as its descriptor 3. Default: a free port.`;

/** The WASI error numbers, which differ from those of Linux; others become EIO. */
const ERRNO: Record<string, number> = {
  EAGAIN: 6,
  EBADF: 8,
  ECONNRESET: 15,
  EINVAL: 28,
  EIO: 29,
  EMFILE: 33,
  EPIPE: 64,
};
const ESPIPE = 70;
const NONBLOCK = 4;
const READ = 1;

type Stream = BlockingSocket<NetAddr, Omit<NetAddr, "transport">>;

/** Thrown to exit the program. */
class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** The descriptors of a program, and the functions that it imports. */
class Host {
  memory = new WebAssembly.Memory({ initial: 0 });
  readonly #sockets = new Map<number, Stream>();

  constructor(listener: Stream) {
    this.#sockets.set(3, listener);
  }

  /** The module `wasi_snapshot_preview1`: each function returns an error number. */
  get imports(): Record<string, (...args: never[]) => number> {
    return {
      args_get: () => 0,
      args_sizes_get: (count: number, size: number) => this.#try(() => this.#put(count, 0) + this.#put(size, 0)),
      environ_get: () => 0,
      environ_sizes_get: (count: number, size: number) => this.#try(() => this.#put(count, 0) + this.#put(size, 0)),
      clock_time_get: (id: number, _precision: bigint, at: number) =>
        this.#try(() => this.#view.setBigUint64(at, this.#now(id), true)),
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
      fd_seek: () => ESPIPE,
      fd_prestat_get: () => ERRNO["EBADF"] as number, // no folders
      fd_fdstat_get: (fd: number, at: number) => this.#try(() => this.#fdstat(fd, at)),
      fd_fdstat_set_flags: (fd: number, flags: number) => this.#try(() => setFlags(this.#of(fd), flags)),
      fd_close: (fd: number) => this.#try(() => this.#close(fd)),
      fd_read: (fd: number, vectors: number, count: number, size: number) =>
        this.#try(() => this.#receive(fd, vectors, count, 0, size)),
      fd_write: (fd: number, vectors: number, count: number, size: number) =>
        this.#try(() => this.#send(fd, vectors, count, size)),
      sock_accept: (fd: number, flags: number, at: number) => this.#try(() => this.#accept(fd, flags, at)),
      sock_recv: (fd: number, vectors: number, count: number, flags: number, size: number, truncated: number) =>
        this.#try(() => {
          this.#receive(fd, vectors, count, ((flags & 1) && C.MSG_PEEK) | ((flags & 2) && C.MSG_WAITALL), size);
          this.#view.setUint16(truncated, 0, true);
        }),
      sock_send: (fd: number, vectors: number, count: number, _flags: number, size: number) =>
        this.#try(() => this.#send(fd, vectors, count, size)),
      // 1 is to read, 2 to write, 3 both
      sock_shutdown: (fd: number, how: number) => this.#try(() => this.#of(fd).shutdown(how - 1)),
      poll_oneoff: (subscriptions: number, events: number, count: number, size: number) =>
        this.#try(() => this.#put(size, this.#poll(subscriptions, events, count))),
    };
  }

  get #view(): DataView {
    return new DataView(this.memory.buffer);
  }

  #of(fd: number): Stream {
    const socket = this.#sockets.get(fd);
    if (socket === undefined) throw Object.assign(new Error(`there is no descriptor ${fd}`), { code: "EBADF" });
    return socket;
  }

  /** Runs a call, and converts its error to a WASI error number. */
  #try(call: () => unknown): number {
    try {
      call();
      return 0;
    } catch (error) {
      if (!(error instanceof Error && (error.name === "TimeoutError" || "code" in error))) throw error;
      const code = error.name === "TimeoutError" ? "EAGAIN" : String((error as { code?: unknown }).code);
      return ERRNO[code] ?? ERRNO["EIO"] as number;
    }
  }

  #put(at: number, value: number): number {
    this.#view.setUint32(at, value, true);
    return value;
  }

  #now(id: number): bigint {
    return BigInt(Math.round((id === 0 ? Date.now() : performance.now()) * 1e6));
  }

  // struct iovec { void *buf; size_t buf_len; }
  #buffers(vectors: number, count: number): Uint8Array[] {
    return Array.from({ length: count }, (_, i) => {
      const at = vectors + i * 8;
      return new Uint8Array(this.memory.buffer, this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true));
    });
  }

  // struct fdstat { u8 filetype; u16 flags; u64 rights_base, rights_inheriting; }
  #fdstat(fd: number, at: number): void {
    const socket = fd < 3 ? undefined : this.#of(fd);
    this.#view.setUint8(at, socket === undefined ? 2 : 6); // a character device, or a stream socket
    this.#view.setUint16(at + 2, socket?.timeout === 0 ? NONBLOCK : 0, true);
    this.#view.setBigUint64(at + 8, 0xffff_ffff_ffff_ffffn, true);
    this.#view.setBigUint64(at + 16, 0xffff_ffff_ffff_ffffn, true);
  }

  #accept(fd: number, flags: number, at: number): void {
    const conn = this.#of(fd).accept();
    setFlags(conn, flags);
    let number = 4;
    while (this.#sockets.has(number)) number++;
    this.#sockets.set(this.#put(at, number), conn);
  }

  #close(fd: number): void {
    this.#of(fd).close();
    this.#sockets.delete(fd);
  }

  #receive(fd: number, vectors: number, count: number, flags: number, size: number): void {
    this.#put(size, this.#of(fd).recvmsg({ buffers: this.#buffers(vectors, count) }, { flags }).length);
  }

  #send(fd: number, vectors: number, count: number, size: number): void {
    const buffer = this.#buffers(vectors, count).find(({ length }) => length > 0) ?? new Uint8Array(0); // the rest next time
    this.#put(size, fd === 1 || fd === 2 ? writeSync(fd, buffer) : this.#of(fd).send(buffer));
  }

  // struct subscription { u64 userdata; u8 tag; union { struct { u32 id; u64 timeout, precision; u16 flags; }; u32 fd; }; }
  // struct event { u64 userdata; u16 error; u8 type; struct { u64 nbytes; u16 flags; }; }
  #poll(subscriptions: number, events: number, count: number): number {
    const view = this.#view;
    const all = Array.from({ length: count }, (_, i) => {
      const at = subscriptions + i * 48;
      const [type, number] = [view.getUint8(at + 8), view.getUint32(at + 16, true)];
      if (type !== 0) return { at, type, fd: number < 3 ? number : this.#of(number).fd, timeout: Infinity };
      const end = view.getBigUint64(at + 24, true) -
        ((view.getUint16(at + 40, true) & 1) === 1 ? this.#now(number) : 0n);
      return { at, type, fd: -1, timeout: Math.max(0, Number(end) / 1e6) };
    });
    const timeout = Math.min(...all.map((one) => one.timeout));
    const ready = poll(
      all.filter(({ fd }) => fd >= 0).map(({ type, fd }) => ({
        socket: { fd },
        events: [type === READ ? "read" as const : "write" as const],
      })),
      { timeout },
    );
    let found = 0;
    for (const { at, type, fd, timeout: own } of all) {
      const result = ready.find((one) => {
        return one.socket.fd === fd && ((type === READ ? one.read : one.write) || one.error || one.hangup);
      });
      if (fd < 0 ? ready.length > 0 || own > timeout : result === undefined) continue;
      const event = events + 32 * found++;
      new Uint8Array(this.memory.buffer, event, 32).fill(0);
      view.setBigUint64(event, view.getBigUint64(at, true), true);
      view.setUint8(event + 10, type);
      view.setUint16(event + 24, result?.hangup === true ? 1 : 0, true);
    }
    return found;
  }
}

function setFlags(socket: Stream, flags: number): void {
  socket.timeout = (flags & NONBLOCK) === 0 ? Infinity : 0;
}

const [file, port = "0", ...rest] = process.argv.slice(2);
if (file === "-h" || file === "--help") {
  console.log(USAGE);
} else if (file === undefined || file.startsWith("-") || rest.length > 0 || !/^\d+$/.test(port)) {
  console.error(`wasi_host: pass FILE and optionally PORT\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = run(file, Number(port));
  } catch (error) {
    console.error(`wasi_host: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

function run(file: string, port: number): number {
  const module = new WebAssembly.Module(readFileSync(file));
  const listener = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  listener.bind({ hostname: "127.0.0.1", port });
  listener.listen();
  const host = new Host(listener);
  const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports });
  host.memory = exports["memory"] as WebAssembly.Memory;
  console.log(`listening on 127.0.0.1:${listener.localAddr.port}`);
  try {
    (exports["_start"] as () => void)();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  } finally {
    listener.close();
  }
}

import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBuffer } from "../checks/check_buffer.ts";
import { checkSocket } from "../checks/check_socket.ts";
import { C } from "../ffi/constants.ts";
import { systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { controlMessageSpace, decodeControlMessages } from "./control_message.ts";
import { receiveErrorMessage } from "./error_queue.ts";
import { Operation } from "./operation.ts";
import { Backoff } from "./operations/backoff.ts";
import { EAGAIN, EINTR, ENOBUFS, MAX_CALL } from "./operations/kernel_numbers.ts";
import { withProgress } from "./operations/progress.ts";
import { poll } from "./poll.ts";
import { countBytes, mayGoOn } from "./polling/turn.ts";
import type { Socket } from "./socket.ts";
import { SO_ZEROCOPY } from "./socket_options.ts";
import type { WaitOptions } from "./wait_options.ts";

/** How {@linkcode ZeroCopyWriter.write} went. */
export interface ZeroCopyResult {
  /** Whether the kernel copied bytes after all, as it does on the loopback interface: it then was no gain. */
  copied: boolean;
}

/** Room for a `struct sock_extended_err` and the sockaddr behind it. */
const CONTROL_SIZE = controlMessageSpace(48);

/** One call of write(), as long as the kernel reads its memory. */
class Write {
  /** The memory: kept alive. */
  readonly bytes: Uint8Array;
  copied = false;
  /** Completions that have not come. */
  left = 0;
  isSent = false;
  #resolve: (result: ZeroCopyResult) => void = () => {};
  reject: (error: unknown) => void = () => {};
  /** Settles when all is sent and completed. */
  readonly completed: Promise<ZeroCopyResult> = new Promise((resolve, reject) => {
    this.#resolve = resolve;
    this.reject = reject;
  });

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.completed.catch(() => {}); // if nobody waits for it, sending has failed, and write() rejects with that
  }

  settle(): void {
    if (this.isSent && this.left === 0) this.#resolve({ copied: this.copied });
  }
}

/**
 * Writes to a stream without copying (`MSG_ZEROCOPY`): the device reads the memory of the program itself, which must not
 * change until the promise is settled. It pays for some 10 KiB at once, and to other machines: on the loopback interface
 * the kernel copies.
 *
 * It numbers its calls as the kernel does, and takes what the error queue tells: nobody else may send with
 * `MSG_ZEROCOPY` on the socket, or read its error queue.
 *
 * @see {@link https://docs.kernel.org/networking/msg_zerocopy.html | MSG_ZEROCOPY}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { ZeroCopyWriter } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * using server = await listener.accept();
 * const writing = new ZeroCopyWriter(client.socket).write(new Uint8Array(10_000).fill(7));
 * const buffer = new Uint8Array(10_000);
 * for (let at = 0; at < buffer.length;) at += await server.read(buffer.subarray(at)) ?? 0;
 * assertEquals((await writing).copied, true); // by the loopback interface
 * assertEquals(buffer[9_999], 7);
 * ```
 */
export class ZeroCopyWriter {
  readonly #socket: Socket;
  /** What waits for completions, by the numbers of the calls. */
  readonly #calls = new Map<number, Write>();
  #next = 0;
  #isWatching = false;

  /**
   * Prepares a socket: sets `SO_ZEROCOPY`. Permission: `--allow-ffi`.
   *
   * @param socket The socket of a stream, borrowed.
   * @throws {SystemError} If its family cannot (`EOPNOTSUPP`, `ENOTSUPP`), or it is closed (`EBADF`).
   */
  constructor(socket: Socket) {
    checkSocket("write without copying", socket);
    this.#socket = socket;
    socket.set(SO_ZEROCOPY, true);
  }

  /**
   * Writes all of the bytes, and waits until the kernel reads them no more: mostly until the other end has them.
   *
   * @param bytes The bytes; they must not change until the promise is settled.
   * @param options How long to wait for room. The wait for the kernel's completions has no end but that of the socket.
   * @returns Whether they were copied after all.
   * @throws {SystemError} If not all could be written, such as `EPIPE`; `bytesWritten` on the error tells how many
   * were, which the kernel may still read until the connection is over.
   */
  async write(bytes: Uint8Array, options?: WaitOptions): Promise<ZeroCopyResult> {
    checkArgumentCount("call write", arguments.length, "bytes", "{ signal, timeout }");
    checkBuffer(bytes, bytes?.byteLength);
    void bytes.buffer; // a small array moves when its `buffer` is asked for the first time; from then on it stays
    const write = new Write(bytes);
    const note = (): void => {
      this.#calls.set(this.#next, write);
      this.#next = (this.#next + 1) >>> 0;
      write.left++;
      void this.#watch();
    };
    await this.#socket.run("write", new ZeroCopySend(this.#socket.fd, bytes, note), options);
    write.isSent = true;
    write.settle();
    return await write.completed;
  }

  /** Takes the completions until there are none to come. */
  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const futile = new Backoff(1, 100);
    try {
      while (this.#calls.size > 0) {
        await poll([{ socket: this.#socket, events: ["error"] }]);
        // A connection that is over counts as an error too, and completions may still be to come.
        if (!this.#take()) await new Promise((resolve) => setTimeout(resolve, futile.next()));
      }
    } catch (error) {
      for (const write of this.#calls.values()) write.reject(error);
      this.#calls.clear();
    } finally {
      this.#isWatching = false;
    }
  }

  /** Takes what is in the error queue; tells whether there was anything. */
  #take(): boolean {
    let some = false;
    for (;;) {
      const message = receiveErrorMessage(this.#socket, { buffers: [], controlLength: CONTROL_SIZE });
      if (message === null) return some;
      some = true;
      for (const { data } of decodeControlMessages(message.control)) this.#complete(data);
    }
  }

  /**
   * ```c
   * struct sock_extended_err {
   *   __u32 ee_errno;   //  0
   *   __u8  ee_origin;  //  4, SO_EE_ORIGIN_ZEROCOPY
   *   __u8  ee_type;    //  5
   *   __u8  ee_code;    //  6, SO_EE_CODE_ZEROCOPY_COPIED
   *   __u8  ee_pad;     //  7
   *   __u32 ee_info;    //  8, the first call
   *   __u32 ee_data;    // 12, the last one
   * };
   * ```
   */
  #complete(bytes: Uint8Array): void {
    if (bytes.length < 16 || bytes[4] !== C.SO_EE_ORIGIN_ZEROCOPY) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [first, last] = [view.getUint32(8, HOST_LITTLE_ENDIAN), view.getUint32(12, HOST_LITTLE_ENDIAN)];
    const copied = bytes[6] === C.SO_EE_CODE_ZEROCOPY_COPIED;
    for (const [call, write] of this.#calls) {
      if ((call - first) >>> 0 > (last - first) >>> 0) continue;
      this.#calls.delete(call);
      write.copied ||= copied;
      write.left--;
      write.settle();
    }
  }
}

/** send(2) on a stream with `MSG_ZEROCOPY`, until all is written. */
class ZeroCopySend extends Operation<number> {
  readonly syscall = "send";
  readonly #fd: number;
  readonly #bytes: Uint8Array;
  readonly #total: number;
  readonly #note: () => void;
  #written = 0;

  /** @param note Called for each call that the kernel has numbered. */
  constructor(fd: number, bytes: Uint8Array, note: () => void) {
    super();
    this.#fd = fd;
    this.#bytes = bytes;
    this.#total = bytes.byteLength;
    this.#note = note;
  }

  /** Bytes written, all of them. */
  attempt(): number | undefined {
    checkBuffer(this.#bytes, this.#total);
    let flag = C.MSG_ZEROCOPY;
    while (this.#written < this.#total) {
      const rest = this.#bytes.subarray(this.#written);
      const size = BigInt(Math.min(rest.byteLength, MAX_CALL));
      const n = outcome(libc().send(this.#fd, rest, size, C.MSG_NOSIGNAL | C.MSG_DONTWAIT | flag));
      if (n >= 0) {
        if (flag !== 0) this.#note();
        this.#written += n;
        countBytes(n);
      } else if (n === -EAGAIN) return undefined;
      else if (n === -ENOBUFS && flag !== 0) flag = 0; // no memory for more completions: this part is copied
      else if (n !== -EINTR) throw systemError(-n, "send");
      if (this.#written < this.#total && !mayGoOn()) return undefined;
    }
    return this.#total;
  }

  /** Adds to the error how many bytes were written. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesWritten", this.#written);
  }
}

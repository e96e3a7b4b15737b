import { INT_MAX, within } from "../checks/within.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { socketIn } from "../checks/check_socket.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { libraryError, systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { Operation } from "./operation.ts";
import { EAGAIN, EINTR, ESPIPE, MAX_CALL } from "./operations/kernel_numbers.ts";
import { withProgress } from "./operations/progress.ts";
import { countBytes, mayGoOn } from "./polling/turn.ts";
import type { Socket } from "./socket.ts";
import { WAIT_OPTIONS, type WaitOptions } from "./wait_options.ts";

/** Options of {@linkcode sendFile}. */
export interface SendFileOptions extends WaitOptions {
  /**
   * Where in the file to begin, in bytes. The file's own position is neither used nor changed.
   *
   * @default {0}
   */
  offset?: number;
  /** How many bytes to send at most. Default: up to the end of the file. */
  length?: number;
}

const SEND_FILE_OPTIONS: OptionNames<SendFileOptions> = { ...WAIT_OPTIONS, length: true, offset: true };

/**
 * Sends a file over a connection inside the kernel, with sendfile(2). It waits for earlier writes, and later ones wait
 * for it.
 *
 * The kernel reads uncached parts of the file from the disk, which blocks this thread. Permission: `--allow-ffi`.
 *
 * @param conn The connection.
 * @param fd The descriptor of the file, borrowed, such as one from `openSync()` of `node:fs`.
 * @param options Which part of the file, and how long to wait.
 * @returns How many bytes were sent: the whole range, or as much of it as the file has.
 * @throws {RangeError} If the descriptor, the offset or the length is not a whole number of 0 or more.
 * @throws {SystemError} If the connection is broken (`EPIPE`), or the descriptor is a socket or a pipe (`ESPIPE`) or
 * another non-file (`EINVAL`); `bytesWritten` on the error is how many bytes were sent.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/sendfile.2.html | sendfile(2)}
 *
 * @example Send this source file
 * ```ts
 * import { closeSync, openSync, readFileSync } from "node:fs";
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { sendFile } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * using server = await listener.accept();
 * const fd = openSync("LICENSE", "r");
 * assertEquals(await sendFile(client, fd), readFileSync("LICENSE").length);
 * assertEquals(await sendFile(client, fd, { offset: 4, length: 7 }), 7);
 * closeSync(fd);
 * ```
 */
export async function sendFile(
  conn: { readonly socket: Socket },
  fd: number,
  options: SendFileOptions = {},
): Promise<number> {
  checkArgumentCount("call sendFile", arguments.length, "conn", "fd", "options");
  const socket = socketIn("send a file", conn);
  options = checkOptions("send a file", options, SEND_FILE_OPTIONS);
  within("send a file", "descriptor", fd, INT_MAX); // Bun would pass NaN and 2³² as 0, which is standard input
  const { offset = 0, length = Number.MAX_SAFE_INTEGER - offset } = options;
  within("send a file", "offset", offset, Number.MAX_SAFE_INTEGER);
  within("send a file", "length", length, Number.MAX_SAFE_INTEGER);
  return await socket.run("write", new SendFile(socket.fd, fd, offset, length), options, SEND_FILE_OPTIONS);
}

const NO_FILE = "it is a socket or a pipe, not a file (ESPIPE)";

/** sendfile(2), until all is sent or the file ends. */
class SendFile extends Operation<number> {
  readonly syscall = "sendfile";
  readonly #out: number;
  readonly #in: number;
  readonly #length: number;
  readonly #offset = new BigUint64Array(1);
  #sent = 0;

  constructor(out: number, file: number, offset: number, length: number) {
    super();
    this.#out = out;
    this.#in = file;
    this.#offset[0] = BigInt(offset);
    this.#length = length;
  }

  /** Bytes sent. */
  attempt(): number | undefined {
    while (this.#sent < this.#length) {
      const room = BigInt(Math.min(this.#length - this.#sent, MAX_CALL));
      const n = outcome(libc().sendfile(this.#out, this.#in, this.#offset, room));
      if (n === 0) break;
      if (n > 0) {
        this.#sent += n;
        countBytes(n);
      } else if (n === -EAGAIN) return undefined;
      else if (n === -ESPIPE) {
        throw libraryError("ESPIPE", "sendfile", `Cannot send descriptor ${this.#in}: ${NO_FILE}`);
      } else if (n !== -EINTR) throw systemError(-n, "sendfile");
      if (this.#sent < this.#length && !mayGoOn()) return undefined;
    }
    return this.#sent;
  }

  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesWritten", this.#sent);
  }
}

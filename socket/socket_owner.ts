import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkSocket } from "../checks/check_socket.ts";
import { nameWaits } from "./async_descriptor.ts";
import { ADDRESS, type Addressed, describe, INSPECT, type Inspectable, waitedAt } from "./inspect.ts";
import type { Socket } from "./socket.ts";

/**
 * The base of every class that owns a socket.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket, SocketOwner } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Ping extends SocketOwner {}
 *
 * const ping = new Ping(Socket.open(C.AF_INET, C.SOCK_DGRAM));
 * ping.close();
 * assertEquals(ping.socket.fd, -1);
 * ```
 */
export abstract class SocketOwner implements Disposable, Inspectable, Addressed {
  /** The socket, borrowed: for options, flags and ancillary data. */
  readonly socket: Socket;

  /**
   * Takes ownership of a socket.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    checkSocket("own a socket", socket);
    this.socket = socket;
    nameWaits(socket, this);
  }

  /** What `console.log()` prints, on every runtime. */
  [INSPECT](): string {
    return describe(this, { ...this.shown(), fd: () => String(this.socket.fd) });
  }

  /** The address of the other end, else that of this socket, for the error of a timeout. */
  [ADDRESS](): string | undefined {
    const { addr, remoteAddr = addr, localAddr } = this.shown();
    return waitedAt(remoteAddr, localAddr);
  }

  /** What {@linkcode INSPECT} shows besides the descriptor, by name; a field that throws is left out. */
  protected shown(): Record<string, () => string> {
    return {};
  }

  /** Closes the socket and rejects all pending waits. Closing again does nothing. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    this.socket.close();
  }

  /** Closes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Makes waits keep the program alive, which is the default. */
  ref(): void {
    checkArgumentCount("call ref", arguments.length);
    this.socket.ref();
  }

  /** Lets the program end while this waits. */
  unref(): void {
    checkArgumentCount("call unref", arguments.length);
    this.socket.unref();
  }

  /**
   * Releases the descriptor: from now on the caller owns it, for example to pass it to `node:net` or `node:http`.
   *
   * @returns The descriptor, non-blocking.
   */
  detach(): number {
    checkArgumentCount("call detach", arguments.length);
    return this.socket.detach();
  }
}

import { refuseArguments } from "../checks/argument_count.ts";
import type { AddrCodec } from "./addr_codec.ts";
import { acceptAs, type Socket } from "./socket.ts";
import { SocketOwner } from "./socket_owner.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * A listening socket, in the shape of `Deno.Listener`. It owns its socket.
 *
 * @typeParam A The family's address.
 * @typeParam C The family's connection.
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * for await (using conn of listener) {
 *   assertEquals(conn.remoteAddr.port, client.localAddr.port);
 *   break; // leaving the loop closes the listener
 * }
 * ```
 */
export class Listener<A, C> extends SocketOwner implements AsyncIterable<C> {
  readonly #codec: AddrCodec<A>;
  readonly #connOf: (socket: Socket) => C;
  #addr: A | undefined;

  /**
   * Makes a listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   * @param codec The codec of its family's addresses.
   * @param connOf Makes a connection from an accepted socket.
   */
  constructor(socket: Socket, codec: AddrCodec<A>, connOf: (socket: Socket) => C) {
    super(socket);
    this.#codec = codec;
    this.#connOf = connOf;
  }

  /**
   * The address that it listens on, with the port that the kernel chose if the port was 0. It stays known after the
   * listener is closed.
   */
  get addr(): A {
    return this.#addr ??= this.#codec.decode(this.socket.localSockaddr());
  }

  /**
   * Waits for a connection.
   *
   * @param options How long to wait.
   * @returns The connection, which the caller owns.
   * @throws {SystemError} If the listener is closed (`EBADF`).
   */
  accept(options?: WaitOptions): Promise<C> {
    if (arguments.length > 1) return refuseArguments("call accept", arguments.length, "{ signal, timeout }");
    return acceptAs(this.socket, options, this.#connOf);
  }

  /** The address, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    return { addr: () => this.#codec.format(this.addr) };
  }

  /** The connections, until the listener is closed. Leaving a `for await` loop closes it, as `Deno.Listener` does. */
  [Symbol.asyncIterator](): AsyncIterableIterator<C> {
    const found = (value: C): IteratorResult<C> => ({ value, done: false });
    const failed = (error: unknown): IteratorResult<C> => {
      if (this.socket.fd < 0) return { value: undefined, done: true };
      throw error;
    };
    const next = (): Promise<IteratorResult<C>> => this.accept().then(found, failed);
    const leave = (): Promise<IteratorResult<C>> => {
      this.close();
      return Promise.resolve({ value: undefined, done: true });
    };
    return {
      next,
      return: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

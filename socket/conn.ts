import { Duplex } from "./_duplex.ts";
import type { AddrCodec } from "./addr_codec.ts";
import type { Socket } from "./socket.ts";
import { SocketOwner } from "./socket_owner.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * A connection that carries a stream of bytes, in the shape of `Deno.Conn`. It owns its socket.
 *
 * It closes itself once both directions are over, however that came: the incoming one when `read()` has given `null` or
 * `readable` has ended, the outgoing one when `closeWrite()` is done or `writable` is closed. It closes at once, and both
 * directions end, where `readable` is cancelled, also by leaving a `for await` loop over it, where `writable` is aborted,
 * and where one of the streams fails. In all other cases {@linkcode close} is the caller's. Reading goes on giving `null`
 * afterwards, and the addresses stay known.
 *
 * @typeParam A The family's address.
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(16);
 * assertEquals(await server.read(buffer, { timeout: 1000 }), 5);
 * ```
 */
export class Conn<A> extends SocketOwner {
  readonly #codec: AddrCodec<A>;
  #duplex: Duplex | undefined;
  #localAddr: A | undefined;
  #remoteAddr: A | undefined;

  /**
   * Makes a connection of a connected stream socket, and takes ownership of it.
   *
   * @param socket The socket.
   * @param codec The codec of its family's addresses.
   */
  constructor(socket: Socket, codec: AddrCodec<A>) {
    super(socket);
    this.#codec = codec;
    socket.closeWhenOver(this);
  }

  /** The address of this end. It stays known after the connection has ended. */
  get localAddr(): A {
    return this.#localAddr ??= this.#codec.decode(this.socket.localSockaddr());
  }

  /** The address of the other end. It stays known after the connection has ended. */
  get remoteAddr(): A {
    return this.#remoteAddr ??= this.#codec.decode(this.socket.peerSockaddr());
  }

  /**
   * Reads: waits until there are bytes, and takes at most as many as fit.
   *
   * @param p Where the bytes go.
   * @param options How long to wait.
   * @returns How many bytes came, at least 1; `null` at the end of the stream; 0 for an empty buffer.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  read(p: Uint8Array, options?: WaitOptions): Promise<number | null> {
    return this.socket.read(p, options);
  }

  /**
   * Writes all of the bytes, waiting for room as often as needed.
   *
   * @param p The bytes; they must not change until the promise is settled.
   * @param options How long to wait.
   * @returns How many bytes were written: all of them.
   * @throws {SystemError} If not all could be written (`EPIPE`); `bytesWritten` on the error tells how many were.
   */
  write(p: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.socket.write(p, options);
  }

  /**
   * Ends the sending direction once all earlier writes are done: the other end then reads the end of the stream.
   *
   * @param options How long to wait for the writes.
   * @throws {SystemError} If the connection has ended already (`ENOTCONN`).
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    return this.socket.closeWrite(options);
  }

  /**
   * The incoming bytes as a byte stream with backpressure. To cancel it, or to leave a `for await` loop over it, closes
   * the connection, as in Deno; its end does not, as long as there may be something to write.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams().readable;
  }

  /**
   * The outgoing bytes as a stream, of which a chunk may be any `BufferSource`. Closing it ends the sending direction;
   * aborting it closes the connection.
   */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams().writable;
  }

  /** The addresses, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    const { format } = this.#codec;
    return { localAddr: () => format(this.localAddr), remoteAddr: () => format(this.remoteAddr) };
  }

  #streams(): Duplex {
    return this.#duplex ??= new Duplex(this);
  }
}

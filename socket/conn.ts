import { Duplex } from "./_duplex.ts";
import type { AddrCodec } from "./addr_codec.ts";
import type { Socket } from "./socket.ts";
import { SocketOwner } from "./socket_owner.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * A connection that carries a stream of bytes, in the shape of `Deno.Conn`. It owns its socket.
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
  }

  /** The address of this end. */
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
   * The incoming bytes as a byte stream with backpressure. When this has ended and {@linkcode writable} is closed, the
   * connection is closed.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams().readable;
  }

  /** The outgoing bytes as a stream; closing it ends the sending direction. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams().writable;
  }

  #streams(): Duplex {
    return this.#duplex ??= new Duplex(this);
  }
}

import { refuseArguments } from "../checks/argument_count.ts";
import { Duplex } from "./_duplex.ts";
import type { AddrCodec } from "./addr_codec.ts";
import type { Socket } from "./socket.ts";
import { SocketOwner } from "./socket_owner.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * A connection that carries a stream of bytes, in the shape of `Deno.Conn`. It owns its socket.
 *
 * It closes itself once both directions have ended. The incoming direction ends when `read()` returns `null` or
 * `readable` ends; the outgoing one when `closeWrite()` is done or `writable` is closed. It closes immediately when
 * `readable` is cancelled (leaving a `for await` loop over it does that), when `writable` is aborted, and when one of
 * the streams fails. In all other cases the caller must call {@linkcode close}. After the end, reads still return
 * `null`, and the addresses stay known.
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
   * Makes a connection from a connected stream socket, and takes ownership of it.
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
   * Waits until there are bytes, and reads at most as many as fit.
   *
   * @param p Where to put the bytes.
   * @param options How long to wait.
   * @returns How many bytes were read, at least 1; `null` at the end of the stream; 0 for an empty buffer.
   * @throws {SystemError} If the connection is broken (`ECONNRESET`) or closed (`EBADF`).
   */
  read(p: Uint8Array, options?: WaitOptions): Promise<number | null> {
    if (arguments.length > 2) return refuseArguments("call read", arguments.length, "p", "{ signal, timeout }");
    return this.socket.read(p, options);
  }

  /**
   * Writes all bytes, and waits for room as often as needed.
   *
   * @param p The bytes; they must not change until the promise is settled.
   * @param options How long to wait.
   * @returns How many bytes were written: all of them.
   * @throws {SystemError} If not all bytes could be written (`EPIPE`); `bytesWritten` on the error is how many were.
   */
  write(p: Uint8Array, options?: WaitOptions): Promise<number> {
    if (arguments.length > 2) return refuseArguments("call write", arguments.length, "p", "{ signal, timeout }");
    return this.socket.write(p, options);
  }

  /**
   * Ends the sending direction once all earlier writes are done: the other end then reads the end of the stream.
   *
   * @param options How long to wait for the writes.
   * @throws {SystemError} If the connection has ended already (`ENOTCONN`).
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    if (arguments.length > 1) return refuseArguments("call closeWrite", arguments.length, "{ signal, timeout }");
    return this.socket.closeWrite(options);
  }

  /**
   * The incoming bytes as a byte stream with backpressure. Cancelling it, or leaving a `for await` loop over it, closes
   * the connection, as in Deno. Its end does not, as long as the sending direction is open.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams().readable;
  }

  /**
   * The outgoing bytes as a stream; a chunk may be any `BufferSource`. Closing it ends the sending direction;
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

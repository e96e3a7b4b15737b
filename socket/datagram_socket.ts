import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "./addr_codec.ts";
import { type Datagram, DatagramReceive } from "./datagram_operations.ts";
import type { Socket, TransferOptions } from "./socket.ts";

/**
 * A socket for datagrams. It owns its socket.
 *
 * @typeParam A The family's address.
 *
 * @example Usage
 * ```ts
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using server = UdpSocket.bind({ hostname: "127.0.0.1" });
 * using client = UdpSocket.bind({ hostname: "127.0.0.1" });
 * await client.send(new Uint8Array([1, 2, 3]), server.localAddr);
 * const { data, addr } = await server.receive();
 * assertEquals(data, new Uint8Array([1, 2, 3]));
 * assertEquals(addr, client.localAddr);
 * ```
 */
export class DatagramSocket<A> implements Disposable, AsyncIterable<Datagram<A>> {
  /** The socket beneath, borrowed: for options and batches. */
  readonly socket: Socket;
  readonly #codec: AddrCodec<A>;

  /**
   * Makes a datagram socket of one that is open, and takes ownership of it.
   *
   * @param socket The socket.
   * @param codec The codec of its family's addresses.
   */
  constructor(socket: Socket, codec: AddrCodec<A>) {
    this.socket = socket;
    this.#codec = codec;
  }

  /** The address that it is bound to; what the kernel chose is filled in. */
  get localAddr(): A {
    return this.#codec.decode(this.socket.localSockaddr());
  }

  /**
   * Receives a datagram, once there is one.
   *
   * @param buffer Where its bytes go; what does not fit is cut off, and `truncated` tells. Without a buffer the bytes are
   * a copy of their own, up to 64 KiB.
   * @param options Flags, and how long to wait.
   * @returns The datagram. One without bytes is a datagram too.
   * @throws {SystemError} If an earlier send failed in the network, such as `ECONNREFUSED` on a connected socket, or the
   * socket is closed (`EBADF`).
   */
  receive(buffer?: Uint8Array, options?: TransferOptions): Promise<Datagram<A>> {
    const flags = C.MSG_TRUNC | (options?.flags ?? 0);
    return this.socket.run("read", new DatagramReceive(this.socket.fd, this.#codec, buffer, flags), options);
  }

  /**
   * Sends a datagram, waiting for room in the send buffer first.
   *
   * @param bytes The datagram; it must not change until the promise is settled.
   * @param addr Where to; left out on a connected socket.
   * @param options Flags, and how long to wait.
   * @returns How many bytes went: all.
   * @throws {SystemError} If the kernel refuses, such as `EMSGSIZE`, or `EDESTADDRREQ` without an address.
   */
  send(bytes: Uint8Array, addr?: A, options?: TransferOptions): Promise<number> {
    if (addr === undefined) return this.socket.send(bytes, options);
    try {
      return this.socket.sendTo(bytes, this.#codec.encode(addr), options);
    } catch (error) {
      return Promise.reject(error); // an address that cannot be one
    }
  }

  /** Closes the socket and rejects what waits. Closing again does nothing. */
  close(): void {
    this.socket.close();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Makes waits keep the program alive, as they do from the start. */
  ref(): void {
    this.socket.ref();
  }

  /** Lets the program end while this socket waits. */
  unref(): void {
    this.socket.unref();
  }

  /** The datagrams, until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Datagram<A>> {
    while (this.socket.fd >= 0) {
      try {
        yield await this.receive();
      } catch (error) {
        if (this.socket.fd < 0) return;
        throw error;
      }
    }
  }
}

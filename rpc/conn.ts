/**
 * A connection that carries a stream of bytes: every stream `Conn` of this library, and the connections of
 * `Deno.connect`.
 *
 * The client or server that receives it owns it, and closes it.
 */
export interface RpcConn {
  /** Reads into `p`; returns the number of bytes, or `null` at the end of the stream. */
  read(p: Uint8Array): Promise<number | null>;
  /** Writes the first bytes of `p`; returns how many. */
  write(p: Uint8Array): Promise<number>;
  /** Ends the writing half, if the connection supports it. */
  closeWrite?(): Promise<void>;
  /** Stops the kernel from delaying small writes, if it would. */
  setNoDelay?(enable?: boolean): void;
  /** The peer's address, for the server's `onError`. */
  readonly remoteAddr?: unknown;
  /** Closes both halves; pending reads and writes reject. */
  close(): void;
}

/**
 * A connection that carries whole messages, such as `UnixSeqpacketConn`: each frame is one message. No frame is longer
 * than 212,960 bytes, which is what Linux takes with its default send buffer.
 *
 * The client or server that receives it owns it, and closes it.
 */
export interface RpcMessageConn {
  /** Waits for the next message; returns `null` at the end. */
  receive(): Promise<{ data: Uint8Array } | null>;
  /** Sends one message. */
  send(message: Uint8Array): Promise<unknown>;
  /** Ends the sending direction, if the connection supports it. */
  closeWrite?(): Promise<void>;
  /** The peer's address, for the server's `onError`. */
  readonly remoteAddr?: unknown;
  /** Closes the connection; pending receives and sends reject. */
  close(): void;
}

/** A source of connections: the listeners of this library, and those of `Deno.listen`. */
export interface RpcListener {
  /** Waits for the next connection. */
  accept(): Promise<RpcConn | RpcMessageConn>;
  /** Stops listening; pending calls of `accept` reject. */
  close(): void;
}

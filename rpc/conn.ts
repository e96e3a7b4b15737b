/**
 * A connection that carries a stream of bytes: every stream `Conn` of this library, and what `Deno.connect` gives.
 *
 * The end that is given one owns it: it closes it.
 */
export interface RpcConn {
  /** Reads into `p`; gives how many bytes, or `null` at the end of the stream. */
  read(p: Uint8Array): Promise<number | null>;
  /** Writes the first bytes of `p`; gives how many. */
  write(p: Uint8Array): Promise<number>;
  /** Ends the writing half, where the connection can. */
  closeWrite?(): Promise<void>;
  /** Stops the kernel from holding back small writes, where it would. */
  setNoDelay?(enable?: boolean): void;
  /** The peer's address, for the server's `onError`. */
  readonly remoteAddr?: unknown;
  /** Closes both halves; what waits in `read` and `write` rejects. */
  close(): void;
}

/**
 * A connection that carries whole messages, such as `UnixSeqpacketConn`: each frame is one message. No frame is longer
 * than 212,960 bytes, what Linux takes with the send buffer that it gives by default.
 *
 * The end that is given one owns it: it closes it.
 */
export interface RpcMessageConn {
  /** Waits for the next message; gives `null` at the end. */
  receive(): Promise<{ data: Uint8Array } | null>;
  /** Sends one message. */
  send(message: Uint8Array): Promise<unknown>;
  /** Ends the sending direction, where the connection can. */
  closeWrite?(): Promise<void>;
  /** The peer's address, for the server's `onError`. */
  readonly remoteAddr?: unknown;
  /** Closes the connection; what waits in `receive` and `send` rejects. */
  close(): void;
}

/** What gives connections: the listeners of this library, and what `Deno.listen` gives. */
export interface RpcListener {
  /** Waits for the next connection. */
  accept(): Promise<RpcConn | RpcMessageConn>;
  /** Stops listening; what waits in `accept` rejects. */
  close(): void;
}

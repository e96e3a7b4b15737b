import type { BlockingSocket } from "../../socket/blocking/mod.ts";
import type { MessageBatch } from "../../socket/mod.ts";
import type { Message, MessageEnd } from "../conformance/message_suite.ts";
import { readerAndWriter } from "./threads.ts";

/** Bytes of the longest message that a suite sends. */
const MAX_LENGTH = 1 << 17;

/** One of two ends that carry messages, whose calls block in the threads. */
export class BlockingMessageEnd implements MessageEnd {
  /** For operations that do not wait. */
  readonly socket: BlockingSocket;
  readonly #hasEnd: boolean;

  /** @param hasEnd Nothing received is the end, since recv(2) does not tell an empty message from it. */
  constructor(socket: BlockingSocket, hasEnd: boolean) {
    this.socket = socket;
    this.#hasEnd = hasEnd;
  }

  async send(data: Uint8Array, { timeout = Infinity }: { timeout?: number } = {}): Promise<number> {
    const fd = this.socket.fd;
    return await readerAndWriter()[1].tell({ do: "send", fd, data: data.slice(), timeout }) as number;
  }

  async receive(
    options: { buffer?: Uint8Array; timeout?: number; signal?: AbortSignal; flags?: number } = {},
  ): Promise<Message | null> {
    const { buffer, timeout = Infinity, signal, flags = 0 } = options;
    signal?.throwIfAborted(); // only its timeout ends a blocking call
    const fd = this.socket.fd;
    const length = buffer?.length ?? MAX_LENGTH;
    const message = await readerAndWriter()[0].tell({ do: "recvmsg", fd, length, flags, timeout }) as Message;
    if (this.#hasEnd && message.data.length === 0) return null;
    if (buffer === undefined) return message;
    buffer.set(message.data);
    return { data: buffer.subarray(0, message.data.length), truncated: message.truncated };
  }

  sendBatch(batch: MessageBatch): Promise<number> {
    return Promise.resolve(this.socket.sendmmsg(batch));
  }

  receiveBatch(batch: MessageBatch): Promise<number | null> {
    return Promise.resolve(this.socket.recvmmsg(batch));
  }

  close(): void {
    if (this.socket.fd < 0) return;
    for (const thread of readerAndWriter()) void thread.tell({ do: "forget", fd: this.socket.fd });
    this.socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

import { Worker } from "node:worker_threads";
import type { StreamEnd } from "../conformance/stream_suite.ts";

/** What a thread may be told. */
export type Command =
  | { do: "accept" | "shutdown" | "forget" | "reset" | "close" | "echo"; fd: number }
  | { do: "connect"; port: number }
  | { do: "recv" | "sendBulk" | "receiveBulk"; fd: number; length: number }
  | { do: "recvmsg"; fd: number; length: number; flags: number; timeout: number }
  | { do: "send"; fd: number; data: Uint8Array; timeout: number }
  | { do: "sendall"; fd: number; data: Uint8Array }
  | { do: "bytes"; fd: number; count: number };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A blocking thread. It executes one command after the other, and keeps the program alive only meanwhile. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#worker = new Worker(new URL("./blocking_worker.ts", import.meta.url));
    this.#worker.on("message", ({ value, error, code }: { value: unknown; error?: string; code?: string }) => {
      const waiting = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#worker.unref();
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(Object.assign(new Error(error), { code }));
    });
    this.#worker.on("error", (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  tell(command: Command): Promise<unknown> {
    this.#worker.ref();
    this.#worker.postMessage(command, "data" in command ? [command.data.buffer as ArrayBuffer] : []);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

/** For the first test: the threads' own descriptors stay open. */
export async function startThreads(): Promise<void> {
  await Promise.all(readerAndWriter().map((thread) => thread.tell({ do: "forget", fd: -1 })));
}

let threads: [reader: Thread, writer: Thread] | undefined;

/** Two threads for all tests of a file: one reads, the other writes, so that both directions can block at once. */
export function readerAndWriter(): [reader: Thread, writer: Thread] {
  return threads ??= [new Thread(), new Thread()];
}

/** One end of a connection, whose calls block in the threads. */
export class BlockingEnd implements StreamEnd {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async read(p: Uint8Array): Promise<number | null> {
    const data = await readerAndWriter()[0].tell({ do: "recv", fd: this.#fd, length: p.length }) as Uint8Array;
    p.set(data);
    return data.length === 0 ? null : data.length;
  }

  async write(p: Uint8Array): Promise<number> {
    await readerAndWriter()[1].tell({ do: "sendall", fd: this.#fd, data: p.slice() });
    return p.length;
  }

  sendBulk(length: number): Promise<string> {
    return readerAndWriter()[1].tell({ do: "sendBulk", fd: this.#fd, length }) as Promise<string>;
  }

  receiveBulk(length: number): Promise<string> {
    return readerAndWriter()[0].tell({ do: "receiveBulk", fd: this.#fd, length }) as Promise<string>;
  }

  async closeWrite(): Promise<void> {
    await readerAndWriter()[1].tell({ do: "shutdown", fd: this.#fd });
  }

  async close(): Promise<void> {
    await this.#end("close");
  }

  /** Closes with `SO_LINGER` 0, so that the other end gets a reset. */
  async reset(): Promise<void> {
    await this.#end("reset");
  }

  /** The reader must not still block on it: the number is free as soon as it is closed. */
  async #end(how: "close" | "reset"): Promise<void> {
    const [reader, writer] = readerAndWriter();
    await reader.tell({ do: "forget", fd: this.#fd });
    await writer.tell({ do: how, fd: this.#fd });
  }
}

import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startProgram } from "../runner/programs.ts";

/** An address in Python's form: host and port, or a path. */
export type PythonAddress = [host: string, port: number, ...rest: number[]] | string;

interface Answer {
  id: number;
  error?: string;
  socket: number;
  address: PythonAddress;
  digest: string;
}

interface Waiting {
  resolve: (answer: { head: Answer; body: Uint8Array }) => void;
  reject: (error: Error) => void;
}

let current: StreamPeer | undefined;

/**
 * A Python program with sockets, driven over its standard streams. The pairs of a test share one, which takes longer to
 * start than many a test; it is killed at the end of the last one's `await using`. Needs `--allow-run`.
 */
export class StreamPeer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #users = 0;
  #id = 0;
  #received: Buffer[] = [];
  #receivedLength = 0;
  #wanted = 8;

  /** The program that runs already, or one that starts now. */
  static get(): StreamPeer {
    current ??= new StreamPeer();
    current.#users++;
    return current;
  }

  private constructor() {
    this.#child = startProgram("python3", ["-S", "-E", fileURLToPath(new URL("stream_peer.py", import.meta.url))], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdin?.on("error", () => {});
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#end(error, resolve));
      this.#child.once("close", () => this.#end(new Error("The peer has ended"), resolve));
    });
  }

  /** Listens; returns the listener's number and its address. */
  async listen(family: number, address: PythonAddress): Promise<{ socket: number; address: PythonAddress }> {
    return (await this.command("listen", { family, address })).head;
  }

  /** Accepts a connection of a listener. */
  async accept(socket: number): Promise<PeerEnd> {
    return new PeerEnd(this, (await this.command("accept", { socket })).head.socket);
  }

  /** Connects. */
  async connect(family: number, address: PythonAddress): Promise<PeerEnd> {
    return new PeerEnd(this, (await this.command("connect", { family, address })).head.socket);
  }

  /** Sends a command, and waits for its answer. */
  command(name: string, fields: object, body = new Uint8Array()): Promise<{ head: Answer; body: Uint8Array }> {
    const id = this.#id++;
    const head = Buffer.from(JSON.stringify({ id, do: name, ...fields }));
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(head.length, 0);
    lengths.writeUInt32BE(body.length, 4);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(Buffer.concat([lengths, head, body]));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (--this.#users > 0) return;
    if (current === this) current = undefined;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #end(error: Error, resolve: () => void): void {
    if (current === this) current = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    resolve();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedLength += chunk.length;
    while (this.#receivedLength >= this.#wanted) {
      const all = this.#received.length === 1 ? this.#received[0] as Buffer : Buffer.concat(this.#received);
      const headLength = all.readUInt32BE(0);
      const end = 8 + headLength + all.readUInt32BE(4);
      this.#received = [all];
      this.#wanted = end;
      if (all.length < end) return;
      const head: Answer = JSON.parse(all.toString("utf8", 8, 8 + headLength));
      const body = new Uint8Array(all.subarray(8 + headLength, end));
      this.#received = [all.subarray(end)];
      this.#receivedLength -= end;
      this.#wanted = 8;
      const waiting = this.#waiting.get(head.id);
      this.#waiting.delete(head.id);
      if (head.error === undefined) waiting?.resolve({ head, body });
      else waiting?.reject(new Error(head.error));
    }
  }
}

/** A connection of the peer. */
export class PeerEnd {
  readonly #peer: StreamPeer;
  readonly #socket: number;

  constructor(peer: StreamPeer, socket: number) {
    this.#peer = peer;
    this.#socket = socket;
  }

  async read(p: Uint8Array): Promise<number | null> {
    const { body } = await this.#command("read", { length: p.length });
    p.set(body);
    return body.length === 0 ? null : body.length;
  }

  async write(p: Uint8Array): Promise<number> {
    await this.#command("write", {}, p.slice());
    return p.length;
  }

  async closeWrite(): Promise<void> {
    await this.#command("closeWrite");
  }

  async close(): Promise<void> {
    await this.#command("close");
  }

  /** Closes with `SO_LINGER` 0, so that the other end gets a reset. */
  async reset(): Promise<void> {
    await this.#command("reset");
  }

  /** Sends random bytes; returns their SHA-256. */
  async sendBulk(length: number): Promise<string> {
    return (await this.#command("sendBulk", { length })).head.digest;
  }

  /** Receives that many bytes; returns their SHA-256. */
  async receiveBulk(length: number): Promise<string> {
    return (await this.#command("receiveBulk", { length })).head.digest;
  }

  #command(name: string, fields: object = {}, body?: Uint8Array<ArrayBuffer>) {
    return this.#peer.command(name, { socket: this.#socket, ...fields }, body);
  }
}

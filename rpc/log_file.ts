import type * as NodeFs from "node:fs";
import { decodeLog, encodeBlock, type Log, LOG_HEAD } from "./log.ts";

/** A log shorter than this is never written anew. */
const COMPACT_MIN = 1024 * 1024;
const BLOCK_SIZE = 1024 * 1024;

/** Pairs that become durable together. */
interface Batch {
  readonly pairs: string[];
  readonly done: Promise<void>;
  readonly settle: { resolve: () => void; reject: (error: unknown) => void };
}

/**
 * The file of a log. One process may have it open.
 *
 * What is appended while an fsync runs shares the next one. A log that has doubled since it was last written anew is
 * replaced by one of the pairs that are alive, if that one can be written. After an error nothing can be appended any more.
 */
export class LogFile {
  readonly #path: string;
  readonly #alive: () => Iterable<string>;
  #fd: number;
  #length: number;
  #compactAt = COMPACT_MIN;
  #batch: Batch | undefined;
  #committing: Promise<void> | undefined;
  #error: unknown;

  /** Opens or makes the file; `alive` gives the JSON of every `[name, value]` that a new log must hold. */
  static open(path: string, alive: () => Iterable<string>): { file: LogFile; pairs: Log["pairs"] } {
    const old = fs().statSync(path, { throwIfNoEntry: false });
    if (old?.isFile() === false) throw new TypeError(`Cannot open ${path} as a log: it is no regular file`);
    const bytes = old === undefined ? new Uint8Array(0) : fs().readFileSync(path);
    const isNew = bytes.length === 0;
    const { pairs, length } = isNew ? { pairs: [], length: LOG_HEAD.length } : decodeLog(bytes);
    if (isNew) {
      const place = old === undefined ? path : fs().realpathSync(path);
      fs().closeSync(openNew(place, old?.mode));
      takePlace(place);
    }
    const fd = fs().openSync(path, "a");
    try {
      if (length < bytes.length) {
        fs().ftruncateSync(fd, length);
        fs().fsyncSync(fd);
      }
      // What is written anew must replace the file itself, not a link to it, wherever the program works by then.
      return { file: new LogFile(fs().realpathSync(path), fd, length, alive), pairs };
    } catch (error) {
      fs().closeSync(fd);
      throw error;
    }
  }

  private constructor(path: string, fd: number, length: number, alive: () => Iterable<string>) {
    this.#path = path;
    this.#fd = fd;
    this.#length = length;
    this.#alive = alive;
  }

  /** Appends the JSON text of `[name, value]`; resolves when it is durable. */
  append(pair: string): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#batch ??= newBatch();
    this.#batch.pairs.push(pair);
    this.#committing ??= this.#commit();
    return this.#batch.done;
  }

  /** Waits until what was appended is durable, then closes the file. */
  async close(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing;
    if (this.#error === undefined) fs().closeSync(this.#fd);
    this.#error ??= new Error("Cannot append to the log as it is closed");
  }

  async #commit(): Promise<void> {
    await Promise.resolve(); // the calls of one read come in one turn
    for (let batch = this.#batch; batch !== undefined; batch = this.#batch) {
      this.#batch = undefined;
      try {
        if (this.#length < this.#compactAt || !await this.#compact()) await this.#write(batch.pairs);
        batch.settle.resolve();
      } catch (error) {
        this.#fail(error);
        batch.settle.reject(error);
        (this.#batch as Batch | undefined)?.settle.reject(error);
        break;
      }
    }
    this.#committing = undefined;
  }

  async #write(pairs: string[]): Promise<void> {
    this.#checkAlone();
    const block = encodeBlock(pairs);
    writeAll(this.#fd, block);
    this.#length += block.length;
    await datasync(this.#fd);
  }

  /**
   * Puts a log of the pairs that are alive, which has those of the batch, in place of the old. Gives false where it cannot
   * be written, as on a disk that is nearly full: the old one goes on.
   */
  async #compact(): Promise<boolean> {
    let length: number;
    try {
      length = await this.#writeNew();
    } catch {
      this.#compactAt = 2 * this.#length;
      return false;
    }
    takePlace(this.#path);
    const old = this.#fd;
    this.#fd = fs().openSync(this.#path, "a");
    fs().closeSync(old);
    this.#length = length;
    this.#compactAt = Math.max(COMPACT_MIN, 2 * length);
    return true;
  }

  /** Writes the log that is to take the place of this one, durable, for the same users; gives its length. */
  async #writeNew(): Promise<number> {
    const fd = openNew(this.#path, fs().fstatSync(this.#fd).mode);
    let length = LOG_HEAD.length;
    try {
      for (const block of blocksOf(this.#alive())) {
        writeAll(fd, block);
        length += block.length;
        await datasync(fd);
      }
      this.#checkAlone();
    } catch (error) {
      dropNew(this.#path, fd);
      throw error;
    }
    fs().closeSync(fd);
    return length;
  }

  /** Two that append to one log would write each other's pairs away when they write it anew. */
  #checkAlone(): void {
    const { size, nlink } = fs().fstatSync(this.#fd);
    if (size === this.#length && nlink > 0) return;
    throw new Error(`Cannot append to ${this.#path}: something else has written to the file, or removed it`);
  }

  #fail(error: unknown): void {
    this.#error = error;
    fs().closeSync(this.#fd);
  }
}

function newBatch(): Batch {
  let settle: Batch["settle"] | undefined;
  const done = new Promise<void>((resolve, reject) => settle = { resolve, reject });
  done.catch(() => {}); // whoever appended hears of it
  return { pairs: [], done, settle: settle! };
}

function* blocksOf(pairs: Iterable<string>): Generator<Uint8Array<ArrayBuffer>> {
  let block: string[] = [];
  let size = 0;
  for (const pair of pairs) {
    block.push(pair);
    size += pair.length;
    if (size < BLOCK_SIZE) continue;
    yield encodeBlock(block);
    block = [];
    size = 0;
  }
  if (block.length > 0) yield encodeBlock(block);
}

/** Starts the file that is to take the log's place, for the same users as the old one, if there is one. */
function openNew(path: string, mode: number | undefined): number {
  const fd = fs().openSync(`${path}.new`, "w");
  try {
    if (mode !== undefined) fs().fchmodSync(fd, mode & 0o777);
    writeAll(fd, LOG_HEAD);
    fs().fsyncSync(fd);
  } catch (error) {
    dropNew(path, fd);
    throw error;
  }
  return fd;
}

function dropNew(path: string, fd: number): void {
  fs().closeSync(fd);
  fs().rmSync(`${path}.new`);
}

/** Renames the new file, which is durable, over the log: a crash leaves the one or the other. */
function takePlace(path: string): void {
  fs().renameSync(`${path}.new`, path);
  const folder = fs().openSync(path.replace(/[^/\\]*$/, "") || ".", "r");
  try {
    fs().fsyncSync(folder);
  } finally {
    fs().closeSync(folder);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs().writeSync(fd, bytes, at);
}

function datasync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fs().fdatasync(fd, (error) => error ? reject(error) : resolve()));
}

/** The file system of Deno, Node and Bun, looked up when the first log is opened: this module imports nothing. */
function fs(): typeof NodeFs {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.("node:fs");
  if (module === undefined) throw new TypeError("Cannot open a log: this runtime has no node:fs");
  return module as typeof NodeFs;
}

import { quoted } from "../checks/quoted.ts";
import { countIn, limitsOf, type StoreLimits, type Totals, utf8Length } from "./store_limits.ts";
import {
  absolutePath,
  type FileStatus,
  openDatabase,
  type SqliteDatabase,
  type SqliteStatement,
  statusOf,
  targetOf,
} from "./_sqlite.ts";
import type { Store } from "./store.ts";

/** "brkd" in the header of the file marks it as a dictionary; with the version of its format. */
const APPLICATION_ID = 0x62726b64;
const VERSION = 1;
const SCHEMA = `
  CREATE TABLE entries (name TEXT PRIMARY KEY, json TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
  CREATE TABLE totals (keys INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
  INSERT INTO totals VALUES (0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};`;

/** The most bytes of pending values that one transaction takes. */
const TRANSACTION = 16 * 1024 * 1024;

/** Milliseconds to wait while another process keeps the file locked: first with the thread blocked, then without. */
const LOCKED = 10_000;
const BLOCKED = 20;

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** What follows the name of the file in those of SQLite's other files: it would wait at a FIFO for ever. */
const BESIDE = ["-journal", "-wal", "-shm"];

const { setImmediate = setTimeout } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/** A value that is not durable yet. */
interface Put {
  readonly name: string;
  readonly json: string;
  readonly bytes: number;
  readonly done: Promise<void>;
  readonly settle: { resolve: () => void; reject: (error: unknown) => void };
}

/**
 * Makes a store in an SQLite file, with the runtime's own `node:sqlite`.
 *
 * A `PUT` is acknowledged, and its value becomes visible, when SQLite has written it to the disk (WAL,
 * `synchronous = FULL`): it survives `kill -9` and the loss of power. All values that are put in one turn of the event
 * loop share one transaction, during which the thread waits for the disk. Several processes on one machine may share a
 * file: each sees the values of the others, and the limits apply to all together. SQLite checks the structure of its
 * file, also on opening, but has no checksums of the contents.
 *
 * If the disk is full, the `PUT` fails and the values stay as they were; a later one may succeed. After the file is
 * renamed or removed, it takes no more values. Deno needs `--allow-read` and `--allow-write` for the file.
 *
 * @param file Its name. SQLite creates two more files next to it, with `-wal` and `-shm` appended.
 * @param limits How much it may hold.
 * @throws {SyntaxError} If the file is not a dictionary, or is damaged.
 * @throws {TypeError | RangeError} If it is not a regular file, or an argument is invalid.
 *
 * @example A dictionary in a file
 * ```ts
 * import { dictionary, sqliteStore } from "@berkeley/sockets/dictionary";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * for (const before of [null, "blue"]) {
 *   await using words = dictionary(sqliteStore(`${folder}/words.db`));
 *   assertEquals(await words.GET({ obj: "colour" }), { obj: "colour", val: before });
 *   await words.PUT({ obj: "colour", val: "blue" });
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function sqliteStore(file: string, limits: StoreLimits = {}): Store {
  if (typeof file !== "string" || file === "" || file.includes("\0")) {
    throw new TypeError(`Cannot use file as it must be the name of a file: current value is ${quoted(file)}`);
  }
  return new SqliteStore(absolutePath(file), limitsOf(limits));
}

class SqliteStore implements Store {
  readonly #file: string;
  readonly #limits: Required<StoreLimits>;
  readonly #db: SqliteDatabase;
  readonly #opened: FileStatus;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #rollback: SqliteStatement;
  readonly #select: SqliteStatement;
  readonly #selectBytes: SqliteStatement;
  readonly #upsert: SqliteStatement;
  readonly #selectTotals: SqliteStatement;
  readonly #updateTotals: SqliteStatement;
  /** The values that wait for a transaction, and the latest value of each name until it is durable. */
  readonly #waiting: Put[] = [];
  readonly #latest = new Map<string, Put>();
  #committing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(file: string, limits: Required<StoreLimits>) {
    this.#file = file;
    this.#limits = limits;
    const target = targetOf(file);
    for (const name of [file, ...BESIDE.map((end) => target + end)]) {
      if (isOther(name)) throw new TypeError(`Cannot open ${file}: ${name} is not a regular file`);
    }
    this.#db = open(file);
    try {
      prepare(this.#db);
      this.#opened = statusOf(file)!;
      this.#begin = this.#db.prepare("BEGIN IMMEDIATE"); // Deno's exec() reports no result code
      this.#commit = this.#db.prepare("COMMIT");
      this.#rollback = this.#db.prepare("ROLLBACK");
      this.#select = this.#db.prepare("SELECT json FROM entries WHERE name = ?");
      this.#selectBytes = this.#db.prepare("SELECT bytes FROM entries WHERE name = ?");
      this.#upsert = this.#db.prepare(
        "INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET json = excluded.json, bytes = excluded.bytes",
      );
      this.#selectTotals = this.#db.prepare("SELECT keys, bytes FROM totals");
      this.#updateTotals = this.#db.prepare("UPDATE totals SET keys = ?, bytes = ?");
    } catch (error) {
      this.#db.close();
      throw describe(`Cannot open ${file}`, error);
    }
  }

  get(name: string): string | undefined | Promise<string | undefined> {
    const put = this.#latest.get(name);
    if (put !== undefined) return put.done.then(() => put.json, () => this.get(name));
    this.#checkOpen("GET");
    try {
      return this.#select.get(name)?.json as string | undefined;
    } catch (error) {
      throw describe(`Cannot GET from ${this.#file}`, error);
    }
  }

  put(name: string, json: string): Promise<void> {
    this.#checkOpen("PUT");
    let settle: Put["settle"] | undefined;
    const done = new Promise<void>((resolve, reject) => settle = { resolve, reject });
    done.catch(() => {}); // the caller of put() handles the rejection
    const put: Put = { name, json, bytes: utf8Length(name) + utf8Length(json), done, settle: settle! };
    this.#waiting.push(put);
    this.#latest.set(name, put);
    this.#committing ??= this.#commitAll();
    return done;
  }

  close(): Promise<void> {
    return this.#closed ??= this.#end();
  }

  async #end(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing;
    this.#db.close();
  }

  #checkOpen(func: string): void {
    if (this.#closed !== undefined) throw new TypeError(`Cannot ${func} as the store of ${this.#file} is closed`);
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => setImmediate(() => resolve())); // so that other calls can add to the transaction
      const puts = this.#take();
      try {
        await this.#lock();
        this.#write(puts);
      } catch (error) {
        const reason = describe(`Cannot PUT to ${this.#file}`, error);
        for (const put of puts) this.#settle(put, () => put.settle.reject(reason));
      }
    }
    this.#committing = undefined;
  }

  /** Takes the values for one transaction. */
  #take(): Put[] {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && bytes < TRANSACTION; count++) {
      bytes += this.#waiting[count]!.bytes;
    }
    return this.#waiting.splice(0, count);
  }

  /** Begins a transaction, and waits while another process has one open. */
  async #lock(): Promise<void> {
    const { dev, ino } = statusOf(this.#file) ?? {};
    if (dev !== this.#opened.dev || ino !== this.#opened.ino) throw new Error("the file was renamed or removed");
    const end = performance.now() + LOCKED;
    for (;;) {
      try {
        return void this.#begin.run();
      } catch (error) {
        if (codeOf(error) !== SQLITE_BUSY || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * BLOCKED));
      }
    }
  }

  /** Writes the values within the limits, and ends the transaction. */
  #write(puts: Put[]): void {
    const written: Put[] = [];
    const refused: [Put, unknown][] = [];
    try {
      const totals = { ...this.#selectTotals.get() } as unknown as Totals;
      const { keys, bytes } = totals;
      for (const put of puts) {
        const old = this.#selectBytes.get(put.name)?.bytes as number | undefined;
        try {
          countIn(totals, put.bytes, old, this.#limits);
        } catch (error) {
          refused.push([put, error]);
          continue;
        }
        this.#upsert.run(put.name, put.json, put.bytes);
        written.push(put);
      }
      if (totals.keys !== keys || totals.bytes !== bytes) this.#updateTotals.run(totals.keys, totals.bytes);
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    for (const put of written) this.#settle(put, put.settle.resolve);
    for (const [put, error] of refused) this.#settle(put, () => put.settle.reject(error));
  }

  #rollBack(): void {
    try {
      this.#rollback.run();
    } catch {
      // SQLite has already rolled back if the disk is full
    }
  }

  #settle(put: Put, how: () => void): void {
    if (this.#latest.get(put.name) === put) this.#latest.delete(put.name);
    how();
  }
}

/** Whether there is something else than a regular file. */
function isOther(name: string): boolean {
  try {
    return statusOf(name)?.isFile() === false;
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") return false; // Deno permits only the file itself
    throw error;
  }
}

function open(file: string): SqliteDatabase {
  try {
    return openDatabase(file);
  } catch (error) {
    throw describe(`Cannot open ${file}`, error);
  }
}

/** Creates the tables of a new file, or checks those of an existing one before writing to it. */
function prepare(db: SqliteDatabase): void {
  db.exec(`PRAGMA busy_timeout = ${LOCKED}`);
  // Counted first: another process, which creates the tables just now, sets the mark with them.
  const { tables } = db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() ?? {};
  const mark = numberOf(db, "application_id");
  if (mark !== APPLICATION_ID) {
    if (tables !== 0 || mark !== 0) throw new SyntaxError("it is a database, but not a dictionary");
    db.exec("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE");
    if (numberOf(db, "application_id") !== APPLICATION_ID) db.exec(SCHEMA); // unless another process has just done it
    db.exec("COMMIT");
  }
  if (numberOf(db, "user_version") !== VERSION) throw new SyntaxError("a later version of this library created it");
  const check = db.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  if (check !== "ok") throw new SyntaxError(`it is damaged: ${check}`);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = ${BLOCKED}`);
}

function numberOf(db: SqliteDatabase, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

/** The SQLite error together with the failed action; a SyntaxError if the file's contents are the cause. */
function describe(what: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const isDamage = error instanceof SyntaxError || [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error));
  return new (isDamage ? SyntaxError : Error)(`${what}: ${reason}`, { cause: error });
}

/** SQLite's primary result code. */
function codeOf(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : -1;
}

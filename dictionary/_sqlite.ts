/** The part of `node:sqlite` that this module uses; Deno, Node and Bun have it. */
export interface SqliteDatabase {
  /** Runs statements. */
  exec(sql: string): void;
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement;
  /** Closes the file. */
  close(): void;
}

/** A compiled statement. */
export interface SqliteStatement {
  /** The first row, or `undefined`. */
  get(...values: (string | number)[]): Record<string, unknown> | undefined;
  /** Runs it. */
  run(...values: (string | number)[]): unknown;
}

/** The identity of a file, see stat(2). */
export interface FileStatus {
  readonly dev: number;
  readonly ino: number;
  isFile(): boolean;
}

interface Builtins {
  "node:sqlite": { DatabaseSync: new (file: string) => SqliteDatabase };
  "node:path": { resolve(file: string): string };
  "node:fs": {
    realpathSync(file: string): string;
    statSync(file: string, options: { throwIfNoEntry: false }): FileStatus | undefined;
  };
}

/** Opens or creates a database. */
export function openDatabase(file: string): SqliteDatabase {
  return new (builtin("node:sqlite").DatabaseSync)(file);
}

/** The absolute path of a file, so that SQLite takes no name for a URI or for memory, and chdir(2) changes nothing. */
export function absolutePath(file: string): string {
  return builtin("node:path").resolve(file);
}

/** What SQLite opens, and puts its other files beside: the target, if the file is a symbolic link. */
export function targetOf(file: string): string {
  try {
    return builtin("node:fs").realpathSync(file);
  } catch {
    return file; // there is none yet, or Deno does not permit to follow the link
  }
}

/** The status of a file; `undefined` if there is none. */
export function statusOf(file: string): FileStatus | undefined {
  return builtin("node:fs").statSync(file, { throwIfNoEntry: false });
}

/** Looked up when the first file is opened: importing this module loads nothing. */
function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.(name);
  if (module === undefined) throw new TypeError(`Cannot open a file: this runtime has no ${name}`);
  return module as Builtins[Name];
}

/** What this module uses of `node:sqlite`, which Deno, Node and Bun have. */
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

/** What of a file tells it from others, see stat(2). */
export interface FileStatus {
  readonly dev: number;
  readonly ino: number;
  isFile(): boolean;
}

interface Builtins {
  "node:sqlite": { DatabaseSync: new (file: string) => SqliteDatabase };
  "node:fs": { statSync(file: string, options: { throwIfNoEntry: false }): FileStatus | undefined };
}

/** Opens a database, or makes it. */
export function openDatabase(file: string): SqliteDatabase {
  return new (builtin("node:sqlite").DatabaseSync)(file);
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

/** Something to measure, and who takes part. Rows are data: `rows/` holds them, one file a subject. */
export interface Row {
  /** What `--rows` selects, e.g. `echo64x1`. */
  name: string;
  /** What a reader sees. */
  title: string;
  /** The unit of the value. */
  unit: string;
  /** Which values are good. */
  better: "higher" | "lower";
  /** Who is measured, in the order of the first round. */
  contenders: Contender[];
  /** What is to be reached. */
  targets: Target[];
  /** Starts a contender's server anew for each measurement, and skips the round that warms it up. Default false. */
  fresh?: boolean;
  /** The most rounds, where the value hardly varies or a measurement takes long. */
  rounds?: number;
  /** Skips the round that warms up: the command does that itself. Default false. */
  warm?: boolean;
  /** Seconds that each measurement lasts at least, where fewer would be too few events. */
  seconds?: number;
  /** More rows that the same measurements give. */
  more?: DerivedRow[];
  /** The row runs only with the flag of this name. */
  flag?: "strace" | "guest";
}

/** A row whose value is another number of the measurements of a {@linkcode Row}. */
export interface DerivedRow extends Pick<Row, "name" | "title" | "unit" | "better" | "targets"> {
  /** The name of the number. */
  field: string;
}

/**
 * One side of a row: a command that prints one JSON line `{"value": number}`, and the server it talks to, if any.
 *
 * The first word `deno` is the running Deno, `node22`, `node24`, `node26` and `bun` are the runtimes that the tests run
 * on, and `bin/x` is the C program `peers/x.c`. In `measure`, `{address}` and `{pid}` are those of the server,
 * `{seconds}` is how long to measure.
 */
export interface Contender {
  /** `ours`, or the name of the peer. */
  name: string;
  /** Prints `listening on ADDRESS` as its first line, and serves until killed. */
  server?: string[];
  /** Prints a {@linkcode Measurement}. */
  measure: string[];
}

/** A ratio to reach against another contender, or a value not to exceed. */
export type Target =
  | { of: string; against: string; ratio: number }
  | { of: string; atMost: number };

/** What a measuring command prints as its last line. */
export interface Measurement {
  /** The value of the row. */
  value: number;
  /** A line for the report. */
  note?: string;
  /** More numbers, by name: their medians go to the report. */
  [detail: string]: number | string | undefined;
}

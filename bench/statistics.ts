import type { Measurement, Row, Target } from "./row.ts";

/** What one contender measured. */
export interface ContenderResult {
  /** Its name. */
  name: string;
  /** Its value in each round; undefined in a round that failed. */
  values: (number | undefined)[];
  /** The median of the values; undefined where it measured nothing. */
  median: number | undefined;
  /** The medians of the other numbers that its command printed. */
  details: Record<string, number>;
  /** The line its last measurement added. */
  note?: string;
  /** Why it stopped taking part. */
  failure?: string;
}

/** How far a target is reached. */
export interface Verdict {
  /** The target, in words. */
  target: string;
  /** The median ratio or value; undefined where one side was not measured. */
  measured: number | undefined;
  /** The least and the greatest of the rounds. */
  spread: [number, number] | undefined;
  /** Whether it is reached; undefined where it was not measured. */
  reached: boolean | undefined;
}

/** A row with everything measured. */
export interface RowResult {
  row: Pick<Row, "name" | "title" | "unit" | "better">;
  contenders: ContenderResult[];
  verdicts: Verdict[];
}

/** The middle value, or the mean of the middle two; undefined of nothing. */
export function median(values: number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** `subject / baseline` of each round in which both were measured. */
export function ratios(subject: (number | undefined)[], baseline: (number | undefined)[]): number[] {
  return subject.flatMap((value, round) => {
    const base = baseline[round];
    return value === undefined || base === undefined || base === 0 ? [] : [value / base];
  });
}

/** Makes the result of a contender from its measurements, one a round. */
export function summarize(
  name: string,
  measurements: (Measurement | undefined)[],
  failure?: string,
): ContenderResult {
  const done = measurements.filter((measurement) => measurement !== undefined);
  const details: Record<string, number> = {};
  for (const key of new Set(done.flatMap((measurement) => Object.keys(measurement)))) {
    const middle = median(done.map((measurement) => measurement[key]).filter((value) => typeof value === "number"));
    if (key !== "value" && middle !== undefined) details[key] = middle;
  }
  const values = measurements.map((measurement) => measurement?.value);
  const note = done.at(-1)?.note;
  return {
    name,
    values,
    median: median(values.filter((value) => value !== undefined)),
    details,
    ...(note === undefined ? {} : { note }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Holds a target against what was measured. */
export function judge(target: Target, better: Row["better"], contenders: ContenderResult[]): Verdict {
  const valuesOf = (name: string) => contenders.find((contender) => contender.name === name)?.values ?? [];
  const subject = valuesOf(target.of);
  if ("atMost" in target) {
    const values = subject.filter((value) => value !== undefined);
    return verdict(`${target.of} ≤ ${target.atMost}`, values, (value) => value <= target.atMost);
  }
  const sign = better === "higher" ? "≥" : "≤";
  return verdict(
    `${target.of} ${sign} ${target.ratio} × ${target.against}`,
    ratios(subject, valuesOf(target.against)),
    (ratio) => better === "higher" ? ratio >= target.ratio : ratio <= target.ratio,
  );
}

function verdict(target: string, values: number[], reaches: (value: number) => boolean): Verdict {
  const measured = median(values);
  return {
    target,
    measured,
    spread: measured === undefined ? undefined : [Math.min(...values), Math.max(...values)],
    reached: measured === undefined ? undefined : reaches(measured),
  };
}

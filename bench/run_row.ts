import { fill, measure, type Server, startServer } from "./command.ts";
import type { Contender, Measurement, Row } from "./row.ts";
import { judge, type RowResult, summarize } from "./statistics.ts";

/** How {@linkcode runRow} measures. */
export interface RunOptions {
  /** How many rounds count. */
  rounds: number;
  /** How long each measurement lasts. */
  seconds: number;
  /** Called with each thing that happened. */
  progress(line: string): void;
}

/**
 * Measures a row: every contender once a round, each round beginning with another one. Gives the row's result, and those of
 * the rows that its measurements give besides.
 */
export async function runRow(row: Row, options: RunOptions): Promise<[RowResult, ...RowResult[]]> {
  const { rounds, progress } = options;
  const seconds = Math.max(options.seconds, row.seconds ?? 0);
  const measured = new Map<Contender, (Measurement | undefined)[]>(row.contenders.map((one) => [one, []]));
  const failures = new Map<Contender, string>();
  const servers = new Map<Contender, Server>();
  const most = Math.min(rounds, row.rounds ?? rounds);
  try {
    for (let round = row.fresh || row.warm ? 1 : 0; round <= most; round++) {
      const said: string[] = [];
      for (const contender of rotate(row.contenders, round)) {
        if (failures.has(contender) || (round === 0 && contender.server === undefined)) continue;
        try {
          const server = servers.get(contender) ?? (contender.server && await startServer(contender.server));
          if (server) servers.set(contender, server);
          const { address, pid } = server ?? {};
          const measurement = await measure(fill(contender.measure, { address, pid, seconds }));
          said.push(`${contender.name} ${short(measurement.value)}`);
          if (round > 0) measured.get(contender)?.push(measurement);
        } catch (error) {
          failures.set(contender, error instanceof Error ? error.message : String(error));
          progress(`${row.name}: without ${contender.name}: ${failures.get(contender)}`);
        }
        if (row.fresh) await stop(contender);
      }
      progress(`${row.name} ${round === 0 ? "warm-up" : `${round}/${most}`}: ${said.toSorted().join(", ")}`);
    }
  } finally {
    for (const contender of servers.keys()) await stop(contender);
  }
  return [resultOf(row), ...(row.more ?? []).map((more) => resultOf(more, more.field))];

  function resultOf(what: Pick<Row, "name" | "title" | "unit" | "better" | "targets">, field?: string): RowResult {
    const contenders = row.contenders.map((one) => {
      const measurements = measured.get(one) ?? [];
      const values = field === undefined ? measurements : measurements.map((each) => valueOnly(each?.[field]));
      return summarize(one.name, values, failures.get(one));
    });
    return { row: what, contenders, verdicts: what.targets.map((target) => judge(target, what.better, contenders)) };
  }

  async function stop(contender: Contender): Promise<void> {
    await servers.get(contender)?.stop();
    servers.delete(contender);
  }
}

function valueOnly(value: number | string | undefined): Measurement | undefined {
  return typeof value === "number" ? { value } : undefined;
}

function rotate<T>(items: T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function short(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });
}

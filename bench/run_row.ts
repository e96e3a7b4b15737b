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

/** Measures a row: every contender once a round, each round beginning with another one. */
export async function runRow(row: Row, { rounds, seconds, progress }: RunOptions): Promise<RowResult> {
  const measured = new Map<Contender, (Measurement | undefined)[]>(row.contenders.map((one) => [one, []]));
  const failures = new Map<Contender, string>();
  const servers = new Map<Contender, Server>();
  const most = Math.min(rounds, row.rounds ?? rounds);
  try {
    for (let round = row.fresh ? 1 : 0; round <= most; round++) {
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
  const contenders = row.contenders.map((one) => summarize(one.name, measured.get(one) ?? [], failures.get(one)));
  const verdicts = row.targets.map((target) => judge(target, row.better, contenders));
  return { row, contenders, verdicts };

  async function stop(contender: Contender): Promise<void> {
    await servers.get(contender)?.stop();
    servers.delete(contender);
  }
}

function rotate<T>(items: T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function short(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });
}

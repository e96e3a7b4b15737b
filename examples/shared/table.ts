/** Not a program: what the programs that print tables share. */
import { printable } from "./printable.ts";

/** Calls `show` once, or every so many seconds. */
export async function showEvery(seconds: number | undefined, show: () => Promise<void>): Promise<void> {
  await show();
  while (seconds !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    console.log();
    await show();
  }
}

/** Prints rows in aligned columns; any user may have chosen a name in them. */
export function printTable(cells: string[][], gap: string): void {
  const rows = cells.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(gap).trimEnd());
}

/** JSON numbers cannot hold the 64 bits of a bigint: it becomes a string. */
export function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

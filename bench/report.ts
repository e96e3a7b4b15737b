import { VERSIONS } from "./runtimes.ts";
import type { RowResult } from "./statistics.ts";
import { drawSvg } from "./svg.ts";
import { formatMarkdown, tables } from "./table.ts";

/** Where and how the measurements were made. */
export interface Circumstances {
  date: string;
  kernel: string;
  cpu: string;
  cores: number;
  versions: Record<string, string>;
  rounds: number;
  seconds: number;
}

/** Writes `results.json`, `results.md` and `results.svg` into a folder. */
export async function writeReport(folder: string, results: RowResult[], where: Circumstances): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const { date, rounds, seconds } = where;
  const caption = captionOf(where);
  const [values, targets] = tables(results);
  const notes = results.flatMap(({ row, contenders }) =>
    contenders.flatMap(({ name, note, failure }) => {
      const text = failure ?? note;
      return text === undefined ? [] : [`- ${row.title}, ${name}: ${text}`];
    })
  );
  const markdown = [
    "# Benchmark",
    `${date}; ${caption}. Medians of ${rounds} interleaved rounds of ${seconds} s; ` +
    "(p50/p99) is the time of a round trip. A ratio is the median of the ratios of each round.",
    formatMarkdown(values),
    formatMarkdown(targets),
    ...(notes.length > 0 ? [notes.join("\n")] : []),
    "![The same as bars](results.svg)",
  ];
  const plain = results.map(({ row: { name, title, unit, better }, contenders, verdicts }) => ({
    row: { name, title, unit, better },
    contenders,
    verdicts,
  }));
  await Deno.writeTextFile(`${folder}/results.json`, JSON.stringify({ where, results: plain }, null, 2) + "\n");
  await Deno.writeTextFile(`${folder}/results.md`, markdown.join("\n\n") + "\n");
  await Deno.writeTextFile(`${folder}/results.svg`, drawSvg(results, caption));
}

/** The machine and the programs, in a line. */
export function captionOf({ cpu, cores, kernel, versions }: Circumstances): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `${cpu}, ${cores} cores, Linux ${kernel}, ${programs}`;
}

/** Describes this machine. */
export async function circumstances(rounds: number, seconds: number): Promise<Circumstances> {
  const cpu = (await Deno.readTextFile("/proc/cpuinfo")).match(/model name\s*: (.+)/)?.[1] ?? "unknown CPU";
  return {
    date: new Date().toISOString().slice(0, 10),
    kernel: Deno.osRelease(),
    cpu,
    cores: navigator.hardwareConcurrency,
    versions: {
      deno: Deno.version.deno,
      ...VERSIONS,
      cc: await version("cc", "-dumpfullversion"),
    },
    rounds,
    seconds,
  };
}

async function version(program: string, flag: string): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(program, { args: [flag] }).output();
    return new TextDecoder().decode(stdout).trim().replace(/^v/, "");
  } catch {
    return "absent";
  }
}

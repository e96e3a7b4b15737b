import type { Contender, Row } from "../../bench/row.ts";
import { assert, assertEquals, onDeno, type Permission } from "../runner/mod.ts";

/** It reads `deno.json` when it is imported, for which `--allow-ffi` is not enough. */
const runRow: typeof import("../../bench/run_row.ts").runRow = async (...args) => {
  return await (await import("../../bench/run_row.ts")).runRow(...args);
};

const test = onDeno("it starts programs with Deno.Command");

const needs: Permission[] = ["run", "read", "write"];
const SERVER = [
  "sh",
  "-c",
  'echo "started $0" >> "$1"; echo "listening on 127.0.0.1:$$"; exec sleep 60',
];

test(
  "runRow() begins each round with another contender, after a warm-up of those with a server",
  { needs },
  async () => {
    await withLog(async (log) => {
      const contenders = [...["a", "b"].map((name) => served(name, log)), commandOnly("c", log)];
      const [result] = await runRow(row(contenders), { rounds: 2, seconds: 0.5, progress: () => {} });
      assertEquals((await lines(log)).filter((line) => !line.startsWith("started")), [
        ...["a 0.5", "b 0.5"], // warm-up
        ...["b 0.5", "c", "a 0.5"],
        ...["c", "a 0.5", "b 0.5"],
      ]);
      assertEquals((await lines(log)).filter((line) => line.startsWith("started")), ["started a", "started b"]);
      assertEquals(result.contenders.map(({ values }) => values), [[6, 6], [6, 6], [3, 3]]);
      assertEquals(result.verdicts[0]?.measured, 2);
    });
  },
);

test("runRow() starts fresh servers for each measurement, without a warm-up", { needs }, async () => {
  await withLog(async (log) => {
    await runRow({ ...row([served("a", log)]), fresh: true, rounds: 2, targets: [] }, options());
    assertEquals(await lines(log), ["started a", "a 0.1", "started a", "a 0.1"]);
  });
});

test("runRow() leaves out a contender that fails, says why, and goes on with the others", { needs }, async () => {
  await withLog(async (log) => {
    const said: string[] = [];
    const broken = [
      { name: "no-server", server: ["sh", "-c", "echo 'error: no such thing' >&2; exit 1"], measure: ["true"] },
      { name: "no-program", measure: ["/nonexistent/program"] },
      { name: "no-value", measure: ["echo", "{}"] },
    ];
    const [result] = await runRow(row([...broken, commandOnly("c", log)]), {
      ...options(),
      progress: (line) => said.push(line),
    });
    assertEquals(result.contenders.map(({ median }) => median), [undefined, undefined, undefined, 3]);
    assert(result.contenders.slice(0, 3).every(({ failure }) => failure !== undefined));
    assert(
      said.some((line) => line.includes("without no-server") && line.includes("error: no such thing")),
      said.join("\n"),
    );
    assertEquals(result.verdicts[0]?.reached, undefined);
  });
});

test("runRow() adds a row for each further number that it measured", { needs }, async () => {
  const contenders = [["a", 10], ["c", 4]].map(([name = "", p50]) => {
    return { name: String(name), measure: ["echo", `{"value": 3, "p50": ${p50}}`] };
  });
  const more = {
    name: "more",
    title: "More",
    unit: "µs",
    better: "lower",
    field: "p50",
    targets: [{ of: "a", against: "c", ratio: 3 }],
  } as const;
  const [first, second] = await runRow(
    { ...row(contenders), more: [{ ...more, targets: [...more.targets] }] },
    options(),
  );
  assertEquals(first.contenders.map(({ values }) => values), [[3, 3], [3, 3]]);
  assertEquals(second?.contenders.map(({ values }) => values), [[10, 10], [4, 4]]);
  assertEquals(second?.verdicts[0]?.measured, 2.5);
  assertEquals(second?.verdicts[0]?.reached, true);
});

test("runRow() leaves no server behind", { needs }, async () => {
  await withLog(async (log) => {
    const pids: number[] = [];
    const measure = ["sh", "-c", 'echo "{\\"value\\": 1, \\"pid\\": $0}"', "{pid}"];
    const [{ contenders }] = await runRow(row([{ ...served("a", log), measure }]), options());
    pids.push(contenders[0]?.details["pid"] ?? 0);
    assert(pids.every((pid) => pid > 0));
    for (const pid of pids) {
      const alive = await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
      assertEquals(alive, false);
    }
  });
});

function row(contenders: Contender[]): Row {
  const targets = [{ of: "a", against: "c", ratio: 2 }];
  return { name: "row", title: "A row", unit: "things", better: "higher", contenders, targets };
}

function options(): Parameters<typeof runRow>[1] {
  return { rounds: 2, seconds: 0.1, progress: () => {} };
}

function served(name: string, log: string): Contender {
  const script = 'echo "$0 $2" >> "$1"; case "$3" in 127.0.0.1:*) echo "{\\"value\\": 6}";; esac';
  return { name, server: [...SERVER, name, log], measure: ["sh", "-c", script, name, log, "{seconds}", "{address}"] };
}

function commandOnly(name: string, log: string): Contender {
  return {
    name,
    measure: ["sh", "-c", 'echo "$0" >> "$1"; echo starting; echo "{\\"value\\": 3}"', name, log],
  };
}

async function withLog(body: (log: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/log`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function lines(log: string): Promise<string[]> {
  return (await Deno.readTextFile(log)).trim().split("\n");
}

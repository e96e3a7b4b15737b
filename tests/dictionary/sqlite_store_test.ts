import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { openDatabase } from "../../dictionary/_sqlite.ts";
import { dictionary, sqliteStore } from "../../dictionary/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import { pause } from "../rpc/raw_conn.ts";
import { sameRuntime } from "../rpc/same_runtime.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  type Exit,
  spawn,
  tempDir,
  test,
  type TestOptions,
} from "../runner/mod.ts";

const FILES: TestOptions = { needs: ["env", "read", "write"] };
const PROGRAMS: TestOptions = { needs: ["env", "read", "run", "write"] };
const MIB = 1024 * 1024;

/** Runs with the name of a file in a folder that is removed afterwards. */
async function withFile(fn: (file: string) => void | Promise<void>): Promise<void> {
  using folder = tempDir();
  await fn(`${folder.path}/words.db`);
}

test("sqliteStore() still has its values after it is reopened", FILES, async () => {
  await withFile(async (file) => {
    for (let round = 0; round < 3; round++) {
      await using words = dictionary(sqliteStore(file));
      for (let i = 0; i < round * 10; i++) assertEquals((await words.GET({ obj: `${i}` })).val, [i, "ü\ud800"]);
      const puts = Array.from({ length: 10 }, (_, i) => round * 10 + i);
      await Promise.all(puts.map((i) => words.PUT({ obj: `${i}`, val: [i, "ü\ud800"] })));
      for (const obj of ["__proto__", "", "\0", "\ud800"]) {
        await words.PUT({ obj, val: round });
        assertEquals((await words.GET({ obj })).val, round);
      }
    }
    assertEquals(readdirSync(file.replace(/[^/]*$/, "")), ["words.db"]);
  });
});

test("sqliteStore() gives a value only when it is durable, and the one that was put before", FILES, async () => {
  await withFile(async (file) => {
    await using words = dictionary(sqliteStore(file));
    let durable = false;
    const put = Promise.resolve(words.PUT({ obj: "a", val: 1 })).then(() => durable = true);
    const got = words.GET({ obj: "a" });
    const later = words.PUT({ obj: "a", val: 2 });
    assertEquals(await got, { obj: "a", val: 1 });
    assert(durable, "the value was given before it was durable");
    await put;
    await later;
    assertEquals(await words.GET({ obj: "a" }), { obj: "a", val: 2 });
  });
});

test("sqliteStore() refuses values beyond its limits, also within one transaction", FILES, async () => {
  await withFile(async (file) => {
    await using words = dictionary(sqliteStore(file, { maxKeys: 2, maxBytes: 100 }));
    const outcomes = await Promise.allSettled([
      words.PUT({ obj: "a", val: 1 }),
      words.PUT({ obj: "b", val: 1 }),
      words.PUT({ obj: "c", val: 1 }), // a third name
      words.GET({ obj: "c" }),
      words.PUT({ obj: "a", val: "x".repeat(97) }), // too long
      words.GET({ obj: "a" }),
      words.PUT({ obj: "a", val: "x".repeat(94) }),
    ]);
    const said = outcomes.map((outcome) => outcome.status === "fulfilled" ? outcome.value : outcome.reason.message);
    const full = "Cannot PUT as the dictionary is full: it";
    assertEquals(said, [
      { obj: "a", response: "ok" },
      { obj: "b", response: "ok" },
      `${full} has 2 names`,
      { obj: "c", val: null },
      `${full} may hold 100 bytes`,
      { obj: "a", val: "x".repeat(94) }, // that it was put before the reply is as good
      { obj: "a", response: "ok" },
    ]);
    assert(outcomes[2]?.status === "rejected" && outcomes[2].reason instanceof RpcError);
  });
});

test("sqliteStore() takes 70 values of 8 MB in one turn, and keeps working", {
  ...FILES,
  timeout: 300_000,
}, async () => {
  await withFile(async (file) => {
    await using words = dictionary(sqliteStore(file, { maxBytes: 1024 * MIB }));
    const long = "x".repeat(8 * MIB - 200);
    await Promise.all(Array.from({ length: 70 }, (_, i) => words.PUT({ obj: `${i % 3}`, val: long })));
    await words.PUT({ obj: "0", val: 1 });
    assertEquals([(await words.GET({ obj: "0" })).val, (await words.GET({ obj: "2" })).val === long], [1, true]);
  });
});

test(
  "two processes share one sqliteStore() file: values, names and bytes of each count for both",
  PROGRAMS,
  async () => {
    await withFile(async (file) => {
      await using words = dictionary(sqliteStore(file, { maxKeys: 300, maxBytes: 20_000 }));
      const { program, args } = sameRuntime("dictionary/sqlite_writer");
      await using other = spawn(program, [...args, file, "300", "20000"]);
      assertEquals(await other.line(), "ready");
      const names = Array.from({ length: 400 }, (_, i) => `ours${i}`);
      other.write("go\n");
      const outcomes: PromiseSettledResult<string>[] = [];
      for (const [i, obj] of names.entries()) { // one after the other, like the other process
        // The other process may begin so late that nothing is left for it.
        while (i === 50 && (await words.GET({ obj: "theirs0" })).val === null) await pause(1);
        outcomes.push(...await Promise.allSettled([Promise.resolve(words.PUT({ obj, val: obj })).then(() => obj)]));
      }
      const theirs: string[] = JSON.parse(await other.line() ?? "");
      const ours = outcomes.flatMap((outcome) => outcome.status === "fulfilled" ? [outcome.value] : []);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") assert(outcome.reason instanceof RpcError, String(outcome.reason));
      }
      assertEquals(ours.length + theirs.length, 300);
      assert(theirs.length > 0 && ours.length > 0, "only one of them has put");
      for (const obj of [...ours, ...theirs]) assertEquals((await words.GET({ obj })).val, obj);
      await assertRejects(async () => await words.PUT({ obj: "more", val: 1 }), RpcError, "it has 300 names");
      await assertRejects(async () => await words.PUT({ obj: "ours0", val: "x".repeat(20_000) }), RpcError, "bytes");
      other.closeInput();
      assertEquals((await other.exit).code, 0);
    });
  },
);

test(
  "sqliteStore() waits for a process that keeps the file locked, without keeping others waiting",
  PROGRAMS,
  async () => {
    await withFile(async (file) => {
      await using words = dictionary(sqliteStore(file));
      const { program, args } = sameRuntime("dictionary/sqlite_locker");
      await using locker = spawn(program, [...args, file, "600"]);
      assertEquals(await locker.line(), "locked");
      let ticks = 0;
      const timer = setInterval(() => ticks++, 20);
      const begin = performance.now();
      await words.PUT({ obj: "a", val: 1 });
      clearInterval(timer);
      const waited = performance.now() - begin;
      assert(waited > 200 && waited < 5000, `it waited ${waited} ms`);
      assert(ticks > 3, `timers ran ${ticks} times in ${waited} ms`);
      assertEquals((await words.GET({ obj: "a" })).val, 1);
    });
  },
);

test("sqliteStore() takes every name as that of a file, also those that SQLite has a meaning for", FILES, async () => {
  using folder = tempDir();
  const before = process.cwd();
  process.chdir(folder.path);
  try {
    for (const name of [":memory:", "file:words.db?mode=memory", "words.db"]) {
      await using words = dictionary(sqliteStore(name));
      process.chdir("/"); // the name stays that of the same file
      await words.PUT({ obj: "a", val: name });
      assertEquals((await words.GET({ obj: "a" })).val, name);
      process.chdir(folder.path);
      assert(statSync(name).isFile());
    }
  } finally {
    process.chdir(before);
  }
});

test("sqliteStore() refuses a file that is not a dictionary, and does not change it", PROGRAMS, async () => {
  await withFile((file) => {
    const { program, args } = sameRuntime("dictionary/sqlite_other");
    assertEquals(spawnSync(program, [...args, file]).status, 0);
    for (const bytes of ["my notes\n".repeat(200), "SQLite format 3\0", readFileSync(file)]) {
      writeFileSync(file, bytes);
      const before = readFileSync(file);
      assertThrows(() => sqliteStore(file), SyntaxError, `Cannot open ${file}`);
      assertEquals(readFileSync(file), before);
      assertEquals(readdirSync(file.replace(/[^/]*$/, "")), ["words.db"]);
    }
  });
});

test("sqliteStore() opens a file that another process is just creating", FILES, async () => {
  await withFile(async (file) => {
    // What there is after its first step: a file with a page, but no tables.
    const creating = openDatabase(file);
    creating.exec("PRAGMA journal_mode = WAL");
    assert(statSync(file).size > 0);
    {
      await using words = dictionary(sqliteStore(file));
      await words.PUT({ obj: "colour", val: "blue" });
      assertEquals((await words.GET({ obj: "colour" })).val, "blue");
    }
    creating.close();
  });
});

test("sqliteStore() reports a damaged file", FILES, async () => {
  await withFile(async (file) => {
    {
      await using words = dictionary(sqliteStore(file));
      await Promise.all(
        Array.from({ length: 2000 }, (_, i) => words.PUT({ obj: `name${i}`, val: "x".repeat(i % 500) })),
      );
    }
    const whole = readFileSync(file);
    let noticed = 0;
    for (let round = 0; round < 40; round++) {
      const bytes = new Uint8Array(whole);
      const page = 4096 * (1 + round % (whole.length / 4096 - 1));
      if (round % 2 === 0) bytes.fill(0x55, page, page + 64); // the head of a page
      else bytes.fill(0, page, page + 4096);
      writeFileSync(file, bytes);
      try {
        await using words = dictionary(sqliteStore(file));
        for (let i = 0; i < 2000; i++) assertEquals((await words.GET({ obj: `name${i}` })).val, "x".repeat(i % 500));
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
        assert(error.message.includes(file), error.message);
        noticed++;
      }
      rmSync(`${file}-wal`, { force: true });
      rmSync(`${file}-shm`, { force: true });
    }
    assert(noticed >= 38, `${noticed} of 40 damages were noticed, and the others changed a value`);
    writeFileSync(file, whole.subarray(0, whole.length - 5000));
    assertThrows(() => sqliteStore(file), SyntaxError, `Cannot open ${file}`);
  });
});

test("sqliteStore() takes no more values when its file was renamed, removed or replaced", FILES, async () => {
  await withFile(async (file) => {
    for (const change of [() => renameSync(file, `${file}.old`), () => rmSync(file), () => replace(file)]) {
      const words = dictionary(sqliteStore(file));
      await words.PUT({ obj: "a", val: 1 });
      change();
      await assertRejects(async () => await words.PUT({ obj: "a", val: 2 }), Error, "renamed or removed");
      assertEquals((await words.GET({ obj: "a" })).val, 1);
      await words[Symbol.asyncDispose]();
      for (const name of readdirSync(file.replace(/[^/]*$/, ""))) {
        rmSync(`${file.replace(/[^/]*$/, "")}${name}`, { recursive: true });
      }
    }
  });
});

test("sqliteStore() opens an empty file with its permissions, and through a link", FILES, async () => {
  await withFile(async (file) => {
    const link = `${file}.link`;
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    {
      await using words = dictionary(sqliteStore(link));
      await words.PUT({ obj: "a", val: 1 });
      for (const end of ["", "-wal", "-shm"]) assertEquals(statSync(file + end).mode & 0o777, 0o600, end);
    }
    assert(lstatSync(link).isSymbolicLink());
    await using words = dictionary(sqliteStore(file));
    assertEquals((await words.GET({ obj: "a" })).val, 1);
  });
});

test(
  "sqliteStore() opens no device, no folder and no FIFO, and follows no link beside its file",
  PROGRAMS,
  async () => {
    await withFile(async (file) => {
      const folder = file.replace(/[^/]*$/, "");
      const device = `${file}.null`;
      symlinkSync("/dev/null", device);
      spawnSync("mkfifo", [`${file}.fifo`]);
      for (const path of [device, folder, `${file}.fifo`]) {
        assertThrows(() => sqliteStore(path), TypeError, "not a regular file");
      }
      assertThrows(() => sqliteStore(`${file}/below/nothing`), Error, `Cannot open ${file}/below/nothing`);
      const victim = `${folder}victim`;
      writeFileSync(victim, "private");
      symlinkSync(victim, `${file}-wal`);
      await sqliteStore(file).close(); // a new file has no log: SQLite removes the link
      symlinkSync(victim, `${file}-wal`);
      assertThrows(() => sqliteStore(file), Error, `Cannot open ${file}`);
      assertEquals(readFileSync(victim, "utf8"), "private");
      rmSync(`${file}-wal`);
      const link = `${folder}link`;
      symlinkSync(file, link); // SQLite's other files are beside the target
      for (const end of ["-journal", "-wal", "-shm"]) {
        spawnSync("mkfifo", [file + end]);
        for (const path of [file, link]) {
          assertThrows(() => sqliteStore(path), TypeError, `${file}${end} is not a regular file`); // it would wait there
        }
        rmSync(file + end);
        symlinkSync(`${folder}made`, file + end);
        try {
          await sqliteStore(file).close(); // SQLite looks for a journal only to read it
        } catch (error) {
          assert(String(error).includes(`Cannot open ${file}`), String(error));
        }
        for (const left of ["-journal", "-wal", "-shm"]) rmSync(file + left, { force: true });
        assert(!existsSync(`${folder}made`));
      }
      assertEquals(readFileSync(victim, "utf8"), "private");
    });
  },
);

test("sqliteStore() checks its arguments before it opens anything", () => {
  for (const file of ["", 5, null, {}, "a\0b"]) assertThrows(() => sqliteStore(file as string), TypeError, "file");
  assertThrows(() => sqliteStore("/nowhere", { maxKeys: -1 }), RangeError, "maxKeys");
  assertThrows(() => sqliteStore("/nowhere", { maxSize: 1 } as never), TypeError, "maxSize");
});

test("sqliteStore() refuses GET and PUT once it is closed, and closes after pending PUTs", FILES, async () => {
  await withFile(async (file) => {
    const words = dictionary(sqliteStore(file));
    const put = words.PUT({ obj: "a", val: 1 });
    let isDurable = false;
    const settled = Promise.resolve(put).then(() => isDurable = true);
    const first = words[Symbol.asyncDispose]();
    await words[Symbol.asyncDispose]();
    assert(isDurable); // a second close waits, too
    await Promise.all([first, settled]);
    assertEquals(await put, { obj: "a", response: "ok" });
    assertThrows(() => words.PUT({ obj: "a", val: 2 }), TypeError, "closed");
    assertThrows(() => words.GET({ obj: "a" }), TypeError, "closed");
    await using again = dictionary(sqliteStore(file));
    assertEquals((await again.GET({ obj: "a" })).val, 1);
  });
});

test(
  "sqliteStore() reports a full disk, keeps its values, and still takes what there is room for",
  PROGRAMS,
  async () => {
    await withFile(async (file) => {
      const { stdout, stderr } = await fullDisk(file, 300);
      const [put, over, ...rest] = stdout.trim().split("\n");
      assertEquals([put, ...rest], ["ok", "null", "1", "ok", "2"], stdout + stderr);
      assert(over === "full" || over === "disk I/O error", over ?? "");
      await using words = dictionary(sqliteStore(file));
      assertEquals([(await words.GET({ obj: "a" })).val, (await words.GET({ obj: "b" })).val], [2, null]);
    });
  },
);

test("sqliteStore() leaves no descriptor open when the file cannot be made", PROGRAMS, async () => {
  await withFile(async (file) => {
    const { stdout, stderr } = await fullDisk(file, 0);
    const [reason, descriptors] = stdout.trim().split("\n");
    assert(reason === "full" || reason === "disk I/O error", stdout + stderr);
    assertEquals(descriptors, "0 descriptors");
    assert(!existsSync(file) || statSync(file).size === 0);
  });
});

/** Runs `full_disk.ts` where no file may be longer than some blocks of 1 KiB: write(2) fails with EFBIG. */
async function fullDisk(file: string, blocks: number): Promise<Exit> {
  const { program, args } = sameRuntime("dictionary/full_disk");
  const command = `trap "" XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  return await spawn("bash", ["-c", command, program, ...args, file]).exit;
}

function replace(file: string): void {
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { dictionary, RpcError } from "../../rpc/mod.ts";
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
import { sameRuntime } from "./same_runtime.ts";

const FILES: TestOptions = { needs: ["env", "read", "write"] };

/** Runs with the name of a file in a folder that is removed afterwards. */
async function withFile(fn: (file: string) => Promise<void>): Promise<void> {
  using folder = tempDir();
  await fn(`${folder.path}/store.log`);
}

test("dictionary() keeps any name and any value", async () => {
  await using store = dictionary();
  const names = ["", "__proto__", "constructor", "toString", "\ud800", "ü", "\0"];
  for (const [i, obj] of names.entries()) assertEquals(await store.PUT({ obj, val: i }), { obj, response: "ok" });
  for (const [i, obj] of names.entries()) assertEquals(await store.GET({ obj }), { obj, val: i });
  assertEquals(await store.GET({ obj: "valueOf" }), { obj: "valueOf", val: null });
  assertEquals(({} as Record<string, unknown>).x, undefined);
});

test("dictionary() refuses parameters that are none", async () => {
  await using store = dictionary();
  for (const params of [null, 1, "x", [], {}, { obj: 1, val: 1 }, { obj: null, val: 1 }]) {
    assertThrows(() => store.GET(params as never), RpcError, "Cannot GET as obj is no string");
    assertThrows(() => store.PUT(params as never), RpcError, "Cannot PUT as obj is no string");
  }
  assertThrows(() => store.PUT({ obj: "x" } as never), RpcError, "no val");
});

test("dictionary() holds at most maxKeys names", async () => {
  await using store = dictionary({ maxKeys: 2 });
  await store.PUT({ obj: "a", val: 1 });
  await store.PUT({ obj: "b", val: 1 });
  assertThrows(() => store.PUT({ obj: "c", val: 1 }), RpcError, "full");
  await store.PUT({ obj: "a", val: 2 });
  assertEquals([await store.GET({ obj: "a" }), await store.GET({ obj: "c" })], [
    { obj: "a", val: 2 },
    { obj: "c", val: null },
  ]);
});

test("dictionary() holds at most maxBytes bytes, and gets them back when a value shrinks", async () => {
  await using store = dictionary({ maxBytes: 40 });
  await store.PUT({ obj: "a", val: "x".repeat(32) }); // ["a","xxx"] is 40 bytes
  assertThrows(() => store.PUT({ obj: "a", val: "x".repeat(33) }), RpcError, "full");
  assertThrows(() => store.PUT({ obj: "b", val: 1 }), RpcError, "full");
  await store.PUT({ obj: "a", val: "ü".repeat(16) });
  assertThrows(() => store.PUT({ obj: "a", val: "ü".repeat(17) }), RpcError, "full");
  await store.PUT({ obj: "a", val: 1 });
  await store.PUT({ obj: "b", val: 1 });
  assertThrows(() => dictionary({ maxBytes: -1 }), RangeError, "maxBytes");
  assertThrows(() => dictionary({ maxKeys: NaN }), RangeError, "maxKeys");
});

test("dictionary() with a file has its values after it is opened again", FILES, async () => {
  await withFile(async (file) => {
    for (let round = 0; round < 3; round++) {
      await using store = dictionary({ file });
      for (let i = 0; i < round * 10; i++) assertEquals((await store.GET({ obj: `${i}` })).val, [i, "ü\ud800"]);
      const puts = Array.from({ length: 10 }, (_, i) => round * 10 + i);
      await Promise.all(puts.map((i) => store.PUT({ obj: `${i}`, val: [i, "ü\ud800"] })));
      await store.PUT({ obj: "__proto__", val: round });
      assertEquals((await store.GET({ obj: "__proto__" })).val, round);
    }
  });
});

test("dictionary() with a file gives a value only when it is durable", FILES, async () => {
  await withFile(async (file) => {
    await using store = dictionary({ file });
    let durable = false;
    const put = Promise.resolve(store.PUT({ obj: "a", val: 1 })).then(() => durable = true);
    const got = await store.GET({ obj: "a" });
    assertEquals(got, { obj: "a", val: 1 });
    assert(durable, "the value was given before it was durable");
    await put;
    assert(!(store.GET({ obj: "a" }) instanceof Promise));
  });
});

test("dictionary() with a file shares an fsync among the calls of one turn", FILES, async () => {
  await withFile(async (file) => {
    await using store = dictionary({ file });
    await store.PUT({ obj: "first", val: 0 });
    const before = statSync(file).size;
    await Promise.all(Array.from({ length: 64 }, (_, i) => store.PUT({ obj: "x", val: i })));
    const bytes = readFileSync(file);
    const magic = [0x72, 0x70, 0x63, 0x4c];
    const blocks = bytes.subarray(before).filter((_, i, rest) => magic.every((byte, k) => rest[i + k] === byte));
    assertEquals(blocks.length, 1);
  });
});

test("dictionary() cuts off a torn end, and goes on from there", FILES, async () => {
  await withFile(async (file) => {
    {
      await using store = dictionary({ file });
      await store.PUT({ obj: "a", val: 1 });
      await store.PUT({ obj: "b", val: 2 });
    }
    const whole = readFileSync(file);
    const block = whole.length - whole.lastIndexOf("rpcL");
    for (let cut = 1; cut <= block; cut++) {
      writeFileSync(file, whole.subarray(0, -cut));
      {
        await using store = dictionary({ file });
        assertEquals([(await store.GET({ obj: "a" })).val, (await store.GET({ obj: "b" })).val], [1, null]);
        await store.PUT({ obj: "c", val: cut });
      }
      await using store = dictionary({ file });
      assertEquals([(await store.GET({ obj: "a" })).val, (await store.GET({ obj: "c" })).val], [1, cut]);
    }
  });
});

test("dictionary() refuses a damaged log and a file that is none, and leaves them as they are", FILES, async () => {
  await withFile(async (file) => {
    writeFileSync(file, "my notes\n");
    assertThrows(() => dictionary({ file }), SyntaxError, "none");
    assertEquals(readFileSync(file, "utf8"), "my notes\n");
    rmSync(file);
    {
      await using store = dictionary({ file });
      await store.PUT({ obj: "a", val: 1 });
      await store.PUT({ obj: "b", val: 2 });
    }
    const bytes = readFileSync(file);
    bytes[25] = (bytes[25] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    assertThrows(() => dictionary({ file }), SyntaxError, "the block at byte 8 is damaged");
    assertEquals(readFileSync(file), bytes);
  });
});

test("dictionary() writes its log anew when it has grown, and loses nothing", FILES, async () => {
  await withFile(async (file) => {
    const value = "x".repeat(10_000);
    {
      await using store = dictionary({ file });
      for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 50 }, (_, i) => store.PUT({ obj: `${i}`, val: value + round })));
        assert(statSync(file).size < 3_000_000, "the log was not written anew");
      }
    }
    await using store = dictionary({ file });
    for (let i = 0; i < 50; i++) assertEquals((await store.GET({ obj: `${i}` })).val, `${value}19`);
    assertEquals(readdirSync(file.replace(/[^/]*$/, "")), ["store.log"]);
  });
});

test("dictionary() keeps the permissions of its log when it writes it anew", FILES, async () => {
  await withFile(async (file) => {
    await using store = dictionary({ file });
    await store.PUT({ obj: "a", val: 1 });
    chmodSync(file, 0o600);
    const { ino } = statSync(file);
    for (let i = 0; i < 20; i++) await store.PUT({ obj: "a", val: "x".repeat(100_000) });
    assert(statSync(file).ino !== ino, "the log was not written anew");
    assertEquals(statSync(file).mode & 0o777, 0o600);
  });
});

test("dictionary() writes its log anew where it is, behind a link and from another working directory", {
  needs: ["env", "read", "write"],
}, async () => {
  await withFile(async (file) => {
    const folder = file.replace(/[^/]*$/, "");
    const old = process.cwd();
    mkdirSync(`${folder}data`);
    writeFileSync(`${folder}data/real.log`, "");
    process.chdir(folder);
    try {
      {
        await using store = dictionary({ file: "./data/real.log" });
        await store.PUT({ obj: "a", val: 0 });
      }
      symlinkSync("data/real.log", file);
      await using store = dictionary({ file: "store.log" });
      process.chdir("data");
      for (let i = 1; i <= 20; i++) await store.PUT({ obj: "a", val: i + "x".repeat(100_000) });
    } finally {
      process.chdir(old);
    }
    assert(lstatSync(file).isSymbolicLink(), "the link was replaced");
    assertEquals(readdirSync(`${folder}data`), ["real.log"]);
    await using store = dictionary({ file });
    assertEquals((await store.GET({ obj: "a" })).val, 20 + "x".repeat(100_000));
  });
});

test("dictionary() goes on with its log when it cannot write it anew", FILES, async () => {
  await withFile(async (file) => {
    {
      await using store = dictionary({ file });
      await store.PUT({ obj: "a", val: 1 });
      mkdirSync(`${file}.new`);
      for (let i = 0; i < 30; i++) await store.PUT({ obj: "b", val: "x".repeat(100_000) + i });
    }
    await using store = dictionary({ file });
    assertEquals((await store.GET({ obj: "a" })).val, 1);
    assertEquals((await store.GET({ obj: "b" })).val, "x".repeat(100_000) + 29);
  });
});

test("dictionary() acknowledges nothing more when something else has written to its log", FILES, async () => {
  await withFile(async (file) => {
    const acknowledged: string[] = [];
    {
      await using first = dictionary({ file });
      await using second = dictionary({ file });
      for (let i = 0; i < 20; i++) { // enough for either to write the log anew
        for (const [name, store] of Object.entries({ first, second })) {
          const put = async () => await store.PUT({ obj: `${name}${i}`, val: "x".repeat(100_000) });
          await put().then(() => acknowledged.push(`${name}${i}`), () => {});
        }
      }
      await assertRejects(async () => await second.PUT({ obj: "more", val: 1 }), Error, "something else has written");
    }
    await using store = dictionary({ file });
    assertEquals(acknowledged.length, 20);
    for (const obj of acknowledged) assertEquals((await store.GET({ obj })).val, "x".repeat(100_000), obj);
    rmSync(file);
    await assertRejects(async () => await store.PUT({ obj: "a", val: 1 }), Error, "or removed it");
  });
});

test("dictionary() with a file takes an empty file, and tells of a folder that is none", FILES, async () => {
  await withFile(async (file) => {
    writeFileSync(file, "");
    {
      await using store = dictionary({ file });
      await store.PUT({ obj: "a", val: 1 });
    }
    const error = assertThrows(() => dictionary({ file: `${file}/below/nothing` }));
    assert("code" in error, "an error of the file system has a code");
  });
});

test("dictionary() keeps the permissions of an empty file, and a link to it", FILES, async () => {
  await withFile(async (file) => {
    const link = `${file}.link`;
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    {
      await using store = dictionary({ file: link });
      await store.PUT({ obj: "a", val: 1 });
    }
    assertEquals(statSync(file).mode & 0o777, 0o600);
    assert(lstatSync(link).isSymbolicLink());
    await using store = dictionary({ file });
    assertEquals((await store.GET({ obj: "a" })).val, 1);
  });
});

test("dictionary() replaces no device, and no folder, by its log", FILES, async () => {
  await withFile((file) => {
    const device = `${file}.null`;
    symlinkSync("/dev/null", device);
    for (const path of [device, file.replace(/[^/]*$/, "")]) {
      assertThrows(() => dictionary({ file: path }), TypeError, "no regular file");
    }
    assert(lstatSync(device).isSymbolicLink());
    return Promise.resolve();
  });
});

test("dictionary() checks its options before it opens anything", () => {
  for (const file of ["", 5, null, {}]) assertThrows(() => dictionary({ file: file as string }), TypeError, "file");
  for (const max of [-1, NaN, null, "5", 5n]) {
    assertThrows(() => dictionary({ maxKeys: max as number }), RangeError, "maxKeys");
    assertThrows(() => dictionary({ maxBytes: max as number }), RangeError, "maxBytes");
  }
});

test("dictionary() refuses to PUT after it was disposed of", FILES, async () => {
  await withFile(async (file) => {
    const store = dictionary({ file });
    await store.PUT({ obj: "a", val: 1 });
    await store[Symbol.asyncDispose]();
    await assertRejects(async () => await store.PUT({ obj: "a", val: 2 }), Error, "closed");
  });
});

test("dictionary() refuses every PUT after the log could not be written, and keeps its values", {
  needs: ["env", "read", "run", "write"],
}, async () => {
  await withFile(async (file) => {
    const { stdout, stderr } = await fullDisk(file, 128);
    const said = ["ok", "too large", "too large", "too large", "too large", "null", "1"];
    assertEquals(stdout.trim().split("\n"), said, stderr);
    await using store = dictionary({ file });
    assertEquals([(await store.GET({ obj: "a" })).val, (await store.GET({ obj: "b" })).val], [1, null]);
  });
});

test("dictionary() leaves nothing behind when the log cannot be made", {
  needs: ["env", "read", "run", "write"],
}, async () => {
  await withFile(async (file) => {
    const { stdout, stderr } = await fullDisk(file, 0);
    assertEquals(stdout, "too large\n0 descriptors\n", stderr);
    assertEquals(readdirSync(file.replace(/[^/]*$/, "")), []);
  });
});

/** Runs `full_disk.ts` where no file may be longer than some blocks of 1 KiB: write(2) fails with EFBIG. */
async function fullDisk(file: string, blocks: number): Promise<Exit> {
  const { program, args } = sameRuntime("full_disk");
  const command = `trap "" XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  return await spawn("bash", ["-c", command, program, ...args, file]).exit;
}

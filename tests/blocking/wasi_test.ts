import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { noise } from "../conformance/stream/bytes.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, type Need, runFile, spawn, tempDir, test } from "../runner/mod.ts";

const needs: readonly Need[] = ["run", "read", "write", "env", "clang", "nc"];
const SOURCE = new URL("../../examples/blocking/wasi_echo.c", import.meta.url);
const HOST = new URL("../../examples/blocking/wasi_host.ts", import.meta.url);

test("a WASI program in C accepts, polls, reads and writes on our sockets, and answers nc", { needs }, async () => {
  using dir = tempDir();
  const program = `${dir.path}/echo.wasm`;
  await runProgram("clang", ["--target=wasm32-wasi", "-O2", "-Wall", "-Werror", "-o", program, fileURLToPath(SOURCE)]);
  const [runtime = "", ...args] = runFile(fileURLToPath(HOST));
  await using host = spawn(runtime, [...args, program]);
  const port = /:(\d+)$/.exec(await host.line() ?? "")?.[1];
  assert(port !== undefined);
  assertEquals(await host.line(), "ready");
  for (const text of ["hello", "another, which does not quit"]) {
    await using client = spawn("nc", ["127.0.0.1", port]);
    client.write(`${text}\n`);
    assertEquals(await client.line(), text);
  }
  // All bytes pass through the host, in several pieces.
  const sent = noise(300_000).map((byte) => byte & 0x7f);
  writeFileSync(`${dir.path}/sent`, sent);
  const { stdout } = await spawn("sh", ["-c", `nc -N 127.0.0.1 ${port} <${dir.path}/sent`]).exit;
  assertEquals(stdout.length, sent.length);
  assert(stdout === new TextDecoder().decode(sent), "the bytes are others");
  await using last = spawn("nc", ["127.0.0.1", port]);
  last.write("quit\n");
  last.closeInput();
  assertEquals((await last.exit).stdout, "quit\n");
  assertEquals(await host.line(), "bye");
  assertEquals((await host.exit).code, 0);
});

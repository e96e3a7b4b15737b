import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runWasi } from "../../examples/shared/wasi.ts";
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

/** A program of one call with numbers, which exits with its result. */
function oneCall(name: string, ...args: number[]): WebAssembly.Module {
  const text = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, ...body: number[]) => [id, body.length, ...body];
  const i32 = 0x7f;
  const imported = (name: string, type: number) => [...text("wasi_snapshot_preview1"), ...text(name), 0, type];
  const body = [0, ...args.flatMap((arg) => [0x41, arg]), 0x10, 0, 0x10, 1, 0x0b]; // i32.const, call 0, call 1, end
  return new WebAssembly.Module(Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 3, 0x60, args.length, ...args.map(() => i32), 1, i32, 0x60, 1, i32, 0, 0x60, 0, 0),
    ...section(2, 2, ...imported(name, 0), ...imported("proc_exit", 1)),
    ...section(3, 1, 2),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text("memory"), 2, 0, ...text("_start"), 0, 2),
    ...section(10, 1, body.length, ...body),
  ]));
}

test("a WASI program that polls nothing, or ends no direction, gets EINVAL", () => {
  const EINVAL = 28;
  for (
    const [name, ...args] of [["sock_shutdown", 3, 0], ["sock_shutdown", 3, 4], ["poll_oneoff", 0, 0, 0, 0]] as const
  ) {
    const socket = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
    assertEquals(runWasi(oneCall(name, ...args), socket), EINVAL);
    socket.close();
  }
});

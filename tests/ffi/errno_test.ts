import { check, errnoMessage, errnoName, errnoNumber, libc, outcome, systemError } from "../../ffi/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertThrows, test } from "../runner/mod.ts";
import { judge, testWithCompilers } from "./c_asserts.ts";

const MAX_ERRNO = 4095;

const PROBE = `
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
int main(void) {
  for (int i = 1; i <= ${MAX_ERRNO}; i++) {
    const char *name = strerrorname_np(i);
    printf("%d\\t%s\\t%s\\n", i, name ? name : "", strerror(i));
  }
  return 0;
}
`;

test("every errno has glibc's name and text, in both directions", { needs: ["write", "cc"] }, async () => {
  const lines = (await runProgram(await compileC(PROBE), [])).trimEnd().split("\n");
  assertEquals(lines.length, MAX_ERRNO);
  let named = 0;
  for (const line of lines) {
    const [number, name, text] = line.split("\t");
    const errno = Number(number);
    assertEquals(errnoName(errno) ?? "", name);
    assertEquals(errnoMessage(errno), text);
    if (name !== "" && name !== undefined) {
      assertEquals(errnoNumber(name), errno);
      named++;
    }
  }
  assert(named > 130, `${named} errnos have names`);
});

testWithCompilers("every errno name, aliases too, has the value that <errno.h> gives it", async (compiler) => {
  const names = Array.from({ length: MAX_ERRNO }, (_, i) => errnoName(i + 1)).filter((name) => name !== undefined);
  names.push("EWOULDBLOCK", "EDEADLOCK", "ENOTSUP");
  const asserts = new Map(names.map((name) => [name, `${name} == ${errnoNumber(name)}`]));
  assertEquals(await judge(compiler, ["errno.h"], asserts), { wrong: [], unknown: [] });
});

test("errnoName() and errnoNumber() return undefined for unknown names and numbers", () => {
  for (const errno of [0, -1, 41, 58, 134, 99999]) assertEquals(errnoName(errno), undefined);
  assertEquals(errnoNumber("ENONSENSE"), undefined);
  assertEquals(errnoMessage(41), "Unknown error 41");
});

test("systemError() has code, errno, syscall and address, and names them in its message", () => {
  const error = systemError(13, "bind", "127.0.0.1:80");
  assertEquals(error.message, "Cannot bind to 127.0.0.1:80: Permission denied (EACCES)");
  assertEquals([error.code, error.errno, error.syscall, error.address], ["EACCES", 13, "bind", "127.0.0.1:80"]);
  assert(!("address" in systemError(13, "bind")));
});

test("systemError() makes an ordinary error from an unknown number", () => {
  const error = systemError(4000, "connect");
  assertEquals(error.constructor, Error);
  assertEquals([error.code, error.errno], ["E4000", 4000]);
  assertEquals(error.message, "Cannot connect to the socket: Unknown error 4000 (E4000)");
});

test("outcome() returns the errno of a failed call, and check() throws it", () => {
  assertEquals(outcome(libc().close(1_000_000)), -9);
  assertEquals(outcome(libc().listen(1_000_000, 1)), -9);
  const error = assertThrows(() => check(libc().close(1_000_000), "close")) as Error & { code?: string };
  assertEquals(error.code, "EBADF");
  // errno of one call does not stick to the next.
  assertEquals(outcome(libc().socket(999, 1, 0)), -97);
  assertEquals(outcome(libc().close(1_000_000)), -9);
});

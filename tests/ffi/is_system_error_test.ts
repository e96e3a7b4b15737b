import { isSystemError, systemError } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

test("isSystemError() recognizes system errors, also by their code, and nothing else", async () => {
  const error = await assertRejects(() => Promise.resolve().then(() => Socket.open(200, 1)));
  assertEquals([isSystemError(error), isSystemError(error, "EAFNOSUPPORT"), isSystemError(error, "EINVAL")], [
    true,
    true,
    false,
  ]);
  assertEquals(isSystemError(systemError(13, "bind"), "EACCES"), true);
  const others = [undefined, null, "EINVAL", new Error("EINVAL"), { code: "EINVAL", errno: 22, syscall: "bind" }];
  assertEquals(others.map((other) => isSystemError(other)), others.map(() => false));
});

import { C } from "../../ffi/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, spawnFile, test } from "../runner/mod.ts";

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

type Partial = Error & { code: string; bytesWritten: number; cause?: unknown };

test("two writes that one signal ends with an error of the system tell their own progress", async () => {
  const pairs = [Socket.pair(C.AF_UNIX, C.SOCK_STREAM), Socket.pair(C.AF_UNIX, C.SOCK_STREAM)];
  const controller = new AbortController();
  const reason = Object.freeze(Object.assign(new Error("elsewhere"), { code: "ECONNRESET", syscall: "recv" }));
  const writes = pairs.map(([left]) => left.write(new Uint8Array(4 << 20), { signal: controller.signal }));
  const ends = writes.map((write) => write.catch((error: Partial) => error)) as Promise<Partial>[];
  controller.abort(reason);
  for (const error of await Promise.all(ends)) {
    assertEquals(error.code, "ECANCELED");
    assertEquals(error.cause, reason);
    assert(error.bytesWritten > 0);
  }
  for (const socket of pairs.flat()) socket.close();
});

test(
  "a timeout does not keep a program alive that unref() lets go",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    await using program = spawnFile(`
import { C } from "${FFI}";
import { Socket } from "${SOCKET}";
const [left] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
left.unref();
void left.read(new Uint8Array(1), { timeout: 30_000 });
`);
    const late = setTimeout(() => program.kill(), 10_000);
    const { code, stderr } = await program.exit;
    clearTimeout(late);
    assertEquals(code, 0, stderr);
  },
);

test(
  "a timeout ends a wait when nothing else keeps the program alive",
  { needs: ["run", "env", "read", "write"] },
  async () => {
    await using program = spawnFile(`
import { C } from "${FFI}";
import { Socket } from "${SOCKET}";
const [left] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
await left.read(new Uint8Array(1), { timeout: 300 }).catch(({ code }) => console.log(code));
left.close();
`);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout], [0, "ETIMEDOUT\n"], stderr);
  },
);

test("an operation whose timeout or signal is refused takes nothing of what comes", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const buffer = new Uint8Array(8);
  for (const timeout of [5n, "5", null, true, NaN, -1] as never[]) {
    await assertRejects(() => left.read(buffer, { timeout }), RangeError, "timeout");
  }
  for (const signal of [{}, 5, "x", { throwIfAborted() {} }] as never[]) {
    await assertRejects(() => left.read(buffer, { signal }), TypeError, "no AbortSignal");
  }
  const read = left.read(buffer, { timeout: 5000 });
  await right.write(new Uint8Array(3));
  assertEquals(await read, 3);
  left.close();
  right.close();
});

import { assertEquals, spawnFile, test } from "../runner/mod.ts";

const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

/** How a program ends that polls two sockets and does `then`: "ended" by itself, or killed after a while. */
async function endOf(then: string): Promise<string> {
  await using program = spawnFile(`
    import { poll, Socket } from "${SOCKET}";
    const [one, two] = Socket.pair(1, 2);
    ${then}
    console.log("polling");
  `);
  await program.line();
  const late = setTimeout(() => program.kill(), 1500);
  const { code } = await program.exit;
  clearTimeout(late);
  return code === 0 ? "ended" : "waited";
}

test("poll() keeps a program alive as long as one of its sockets does", {
  needs: ["run", "env", "read", "write"],
}, async () => {
  const both = "poll([{ socket: one }, { socket: two }]).catch(() => {});";
  assertEquals(await endOf(`one.unref(); two.unref(); ${both}`), "ended");
  assertEquals(await endOf(`${both} one.unref(); two.unref();`), "ended");
  assertEquals(await endOf(`${both} one.unref();`), "waited");
  assertEquals(await endOf(`one.unref(); two.unref(); ${both} two.ref();`), "waited");
});

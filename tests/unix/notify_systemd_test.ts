import { SO_PASSCRED } from "@berkeley/sockets/socket";
import { notifySystemd, UnixDatagramSocket } from "@berkeley/sockets/unix";
import { assertEquals, assertRejects, spawnScript, tempDir, test } from "../runner/mod.ts";

const UNIX = new URL("../../unix/mod.ts", import.meta.url);

/** Runs a program that notifies the socket of that name; returns its pid and what it prints. */
async function notify(name: string): Promise<{ pid: number; stdout: string }> {
  await using program = spawnScript(
    `
    import { notifySystemd, socketPair } from "${UNIX}";
    const [left] = socketPair("stream");
    for (const options of [undefined, { fds: [left] }]) {
      try {
        console.log(await notifySystemd("READY=1", options));
      } catch (error) {
        console.log(String(error));
      }
    }`,
    ["env", `NOTIFY_SOCKET=${name}`],
  );
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  return { pid: program.pid, stdout };
}

test("notifySystemd() sends state, credentials and descriptors, to a path and to an abstract name", {
  needs: ["run", "read", "write", "env"],
}, async () => {
  using dir = tempDir();
  const name = crypto.randomUUID();
  for (const addr of [{ path: `${dir.path}/notify` }, { abstract: name }]) {
    using manager = UnixDatagramSocket.bind(addr);
    manager.socket.set(SO_PASSCRED, true);
    const { pid, stdout } = await notify("path" in addr ? addr.path : `@${name}`);
    assertEquals(stdout, "true\ntrue\n");
    for (const count of [0, 1]) {
      using message = await manager.receiveMessage({ buffer: new Uint8Array(64), maxFds: 2, timeout: 2000 });
      assertEquals(new TextDecoder().decode(message.data), "READY=1");
      assertEquals([message.credentials?.pid, message.fds.length], [pid, count]);
    }
  }
});

test("notifySystemd() does nothing without a manager, and reports one that cannot be reached", {
  needs: ["run", "env"],
}, async () => {
  assertEquals((await notify("")).stdout, "false\nfalse\n");
  const refused =
    "TypeError: Cannot notify as NOTIFY_SOCKET must be a path or an abstract name: current value is vsock:2:1";
  assertEquals((await notify("vsock:2:1")).stdout, `${refused}\n${refused}\n`);
  const { stdout } = await notify("/nowhere/notify");
  assertEquals(stdout.match(/\(ENOENT\)/g)?.length, 2, stdout);
});

test("notifySystemd() refuses a state that is not a string, with and without a manager", async () => {
  for (const wrong of [undefined, 5, { READY: 1 }] as never[]) {
    await assertRejects(() => notifySystemd(wrong), TypeError, `the state must be a string: current value is ${wrong}`);
  }
});

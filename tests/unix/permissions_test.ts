import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assertEquals, onDeno, spawn, tempDir } from "../runner/mod.ts";

const test = onDeno("it is about Deno's permissions");

test("everything works with --allow-ffi alone", { needs: ["read", "write", "env", "run"] }, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  writeFileSync(
    `${dir.path}/main.ts`,
    `import { inheritedListeners, notifySystemd, peerCredentials, socketPair, UnixConn, UnixDatagramSocket, UnixListener }
       from "@berkeley/sockets/unix";
     const path = ${JSON.stringify(path)};
     const stale = UnixDatagramSocket.bind({ path, mode: 0o640 });
     stale.detach(); // open until the end, so it is in use
     for (const replaceStale of [false, true]) {
       try {
         UnixListener.listen({ path, replaceStale });
       } catch (error) {
         console.log(error.code);
       }
     }
     {
       using listener = UnixListener.listen({ path: path + "2", mode: 0o600, replaceStale: true });
       using client = await UnixConn.connect(listener.addr);
       using server = await listener.accept();
       console.log(peerCredentials(server).pid === peerCredentials(client).pid);
     }
     try {
       await UnixConn.connect({ path: path + "2" });
     } catch (error) {
       console.log(error.code);
     }
     const [left, right] = socketPair("seqpacket");
     await left.sendMessage({ data: Uint8Array.of(1), fds: [left], credentials: true });
     using message = await right.receiveMessage({ maxFds: 1 });
     console.log(message.fds.length, inheritedListeners().length, await notifySystemd("READY=1"));
     left.close();
     right.close();`,
  );
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const args = ["run", "--no-check", "--no-prompt", "--allow-ffi", "--config", config, `${dir.path}/main.ts`];
  await using program = spawn(process.execPath, args);
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, "EADDRINUSE\nEADDRINUSE\ntrue\nENOENT\n1 0 false\n");
});

import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { TcpConn } from "../../inet/mod.ts";
import { listSmcSockets, SmcConn, type SmcSocketInfo } from "../../smc/mod.ts";
import { assert, assertEquals, assertMatch, ignore, spawn, tempDir } from "../runner/mod.ts";
import { BODY, keepAlive } from "./http_client.ts";
import { inGuest, setMode, smcTest } from "./kernel.ts";

const leaks = "the runtime opens the console at its first child";
const name = "node:http of Node serves an SMC and a TCP client on an SMC listener, by listenOn() and by its descriptor";

if (inGuest && !existsSync("/bin/node")) ignore(name, "needs Node in the guest: scripts/guest/main.ts --node");
else {
  smcTest(name, { leaks, timeout: 90_000 }, async () => {
    await setMode("smc-r");
    using folder = tempDir();
    writeFileSync(`${folder.path}/body`, BODY);
    await using node = spawn("/bin/node", ["tests/smc/node_server.mjs", `${folder.path}/body`]);
    const ready = await node.line();
    if (ready === undefined) throw new Error(`Node did not serve: ${(await node.exit).stderr}`);
    const { version, byListenOn, byDescriptor } = JSON.parse(ready);
    assertMatch(version, /^v22\./);
    for (const port of [byListenOn, byDescriptor]) {
      using smc = await SmcConn.connect({ port });
      using tcp = await TcpConn.connect({ port });
      await keepAlive(smc);
      await keepAlive(tcp);
      assertEquals(await smc.smc(), { mode: "smc-r" });
      // The server's ends, as the kernel lists them: they are Node's; one is SMC-R, the other TCP as the client lacks
      // SMC.
      const [served, fallen] = [await serverEnd(port, smc), await serverEnd(port, tcp)];
      assertEquals([served?.mode, served?.fallback], ["smc-r", undefined]);
      assertEquals([fallen?.mode, fallen?.fallback?.code], ["tcp", 0x03010000]);
      for (const end of [served, fallen]) assert(socketsOf(node.pid).includes(`socket:[${end?.inode}]`));
    }
    node.closeInput();
    const { code, stdout, stderr } = await node.exit;
    assertEquals([code, stdout.split("\n")[1], stderr], [0, '{"left":0}', ""]);
  });
}

async function serverEnd(port: number, client: SmcConn | TcpConn): Promise<SmcSocketInfo | undefined> {
  return (await listSmcSockets()).find(({ localAddr, remoteAddr }) =>
    localAddr.port === port && remoteAddr.port === client.localAddr.port
  );
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
}

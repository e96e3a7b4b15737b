import { existsSync } from "node:fs";
import { listSmcSockets, type SmcMode } from "../../smc/mod.ts";
import { assert, assertEquals, ignore, spawn } from "../runner/mod.ts";
import { inGuest, setMode, smcTest } from "./kernel.ts";

const leaks = "the runtime opens the console at its first child";
const name = "smc_run: a program of Node that knows nothing of SMC has SMC-R connections";

if (inGuest && !existsSync("/bin/node")) ignore(name, "needs Node in the guest: scripts/guest/main.ts --node");
else {
  smcTest(name, { leaks, timeout: 90_000 }, async () => {
    await setMode("smc-r");
    const program = ["--import", "@berkeley/sockets/smc_run", "tests/smc_run/program.mjs"];
    await using node = spawn("/bin/node", program);
    const line = await node.line();
    if (line === undefined) throw new Error((await node.exit).stderr);
    const { port, answers } = JSON.parse(line);
    assertEquals([answers.length, answers[5], answers[6], answers[7]], [8, true, true, "hello /get"]);
    const all = (await listSmcSockets()).filter(({ localAddr, remoteAddr }) => {
      return remoteAddr.port !== 0 && [localAddr.port, remoteAddr.port].includes(port);
    });
    assert(all.length >= 2, "fetch() keeps its connection open");
    assertEquals(new Set(all.map(({ mode }) => mode)), new Set<SmcMode | undefined>(["smc-r"]));
    node.closeInput();
    const { code, stderr } = await node.exit;
    assertEquals([code, stderr], [0, ""]);
  });
}

import {
  addSmcPnet,
  addUeid,
  flushSmcPnets,
  flushUeids,
  listSmcSockets,
  removeSmcPnet,
  removeUeid,
  setSeidEnabled,
  setSmcHandshakeLimit,
  smcDevices,
  smcFallbackStatistics,
  smcHandshakeLimit,
  smcLinkGroups,
  smcLinks,
  smcPnets,
  smcSeid,
  smcStatistics,
  smcSystemInfo,
  smcUeids,
} from "../../smc/mod.ts";
import { readExactly } from "../conformance/stream/bytes.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, spawn } from "../runner/mod.ts";
import { cLine } from "./c_line.ts";
import { setMode, smcTest, UEID } from "./kernel.ts";
import { smcPair } from "./pair.ts";

smcTest("listSmcSockets() gives what a C program reads from the same kernel, field by field", async () => {
  using _smcr = await smcPair("smc-r");
  using _tcp = await smcPair("tcp");
  await _smcr.client.write(new Uint8Array(70_000));
  await readExactly(_smcr.server, 50_000);
  await untilStable(async () => {
    const c = (await runProgram("/bin/smc_diag")).trim().split("\n").sort();
    const ours = (await listSmcSockets()).map(cLine).sort();
    assertEquals(ours, c);
  });
});

smcTest("smcSystemInfo(), smcLinkGroups(), smcLinks() and smcDevices() describe a live connection", async () => {
  using _pair = await smcPair("smc-r");
  const info = await smcSystemInfo();
  assertEquals([info.version, info.hostname, info.smcrV2], [2, "guest", true]);
  const groups = (await smcLinkGroups()).filter(({ connections }) => connections > 0);
  assertEquals(groups.map((group) => group.mode === "smc-r" && group.role).sort(), ["client", "server"]);
  assert(groups.every(({ v2 }) => v2?.eid === UEID && v2.peerHostname === "guest" && v2.peerOs === "linux"));
  const links = (await smcLinks()).filter(({ connections }) => connections > 0);
  assertEquals(links.map(({ groupId }) => groupId).sort(), groups.map(({ id }) => id).sort());
  assert(links.every(({ device, state, gid }) => device === "rxe0" && state === "active" && gid.endsWith("7f00:0001")));
  assertEquals((await smcDevices()).map(({ name, ports }) => [name, ports.length, ports[0]?.active]), [
    ["rxe0", 1, true],
  ]);
});

smcTest("smcStatistics() counts what was sent and received, exactly", async () => {
  using pair = await smcPair("smc-r");
  const before = (await smcStatistics()).smcr;
  await pair.client.write(new Uint8Array(1234));
  await readExactly(pair.server, 1234);
  const after = (await smcStatistics()).smcr;
  assertEquals(after.sent.bytes - before.sent.bytes, 1234);
  assertEquals(after.received.bytes - before.received.bytes, 1234);
  assertEquals(after.sent.calls - before.sent.calls, 1);
  assertEquals(after.sent.payloads["8K"] - before.sent.payloads["8K"], 1);
});

smcTest("smcFallbackStatistics() counts a fallback on both sides, by its reason", async () => {
  const before = await smcFallbackStatistics();
  using _pair = await smcPair("tcp");
  const after = await smcFallbackStatistics();
  for (const [side, name] of [["client", "NOSMCDEV"], ["server", "PEERDECL"]] as const) {
    assertEquals(after[side].total - before[side].total, 1);
    const count = (statistics: typeof after) => statistics[side].reasons.find((reason) => reason.name === name)?.count;
    assertEquals((count(after) ?? 0) - (count(before) ?? 0), 1);
  }
});

smcTest("UEIDs are listed, added, removed and flushed, and refusals say why", async () => {
  await setMode("smc-r");
  await addUeid("SECOND.UEID-1");
  assertEquals(await smcUeids(), [UEID, "SECOND.UEID-1"]);
  await assertRejects(() => addUeid(UEID), Error, `Cannot add the UEID ${UEID}: File exists (EEXIST)`);
  await removeUeid("SECOND.UEID-1");
  await assertRejects(() => removeUeid("SECOND.UEID-1"), Error, "ENOENT");
  await removeUeid(UEID); // the last one: the kernel returns EAGAIN, but accepts it
  assertEquals(await smcUeids(), []);
  await addUeid("A");
  await flushUeids();
  assertEquals(await smcUeids(), []);
  await setMode("smc-r");
});

smcTest("the SEID is told, and what this machine's hardware lacks is refused", async () => {
  assertEquals(await smcSeid(), { seid: "", enabled: false });
  await assertRejects(() => setSeidEnabled(true), Error, "Cannot enable the SEID");
});

smcTest("the handshake limit is set and read", async () => {
  for (const enabled of [true, false]) {
    await setSmcHandshakeLimit(enabled);
    assertEquals(await smcHandshakeLimit(), enabled);
  }
});

smcTest("the PNET table is filled, listed, thinned and emptied", async () => {
  await flushSmcPnets();
  await flushSmcPnets(); // an empty one too
  await addSmcPnet({ pnetId: "net1", interfaceName: "lo" });
  await addSmcPnet({ pnetId: "NET2", device: "rxe0" });
  assertEquals(await smcPnets(), [
    { pnetId: "NET1", interfaceName: "lo" },
    { pnetId: "NET2", device: "rxe0", port: 1 },
  ]);
  assertEquals((await smcDevices())[0]?.ports[0]?.pnetId, "NET2");
  await assertRejects(() => addSmcPnet({ pnetId: "NET3", interfaceName: "lo" }), Error, "EEXIST");
  await removeSmcPnet("net1");
  await assertRejects(() => removeSmcPnet("net1"), Error, "ENOENT");
  assertEquals((await smcPnets()).length, 1);
  await flushSmcPnets();
  assertEquals(await smcPnets(), []);
});

const leaks = "the runtime opens the console at its first child";

smcTest("a user without rights may ask for everything, and is told what a change needs", { leaks }, async () => {
  const script = `
    import * as smc from "/checkout/smc/mod.ts";
    console.log((await smc.listSmcSockets()).length, (await smc.smcUeids()).join(), (await smc.smcSystemInfo()).version);
    console.log((await smc.smcLinkGroups()).length >= 0, (await smc.smcStatistics()).smcr.sent.bytes >= 0);
    for (const change of [
      () => smc.addUeid("X"), () => smc.flushUeids(), () => smc.setSmcHandshakeLimit(true),
      () => smc.flushSmcPnets(), () => smc.addSmcPnet({ pnetId: "X", interfaceName: "lo" }),
    ]) {
      await change().then(() => console.log("allowed"), (error) => console.log(error.message));
    }`;
  const command = `DENO_DIR=/tmp/nobody NO_COLOR=1 deno run -A --no-check /tmp/unprivileged.ts`;
  await runProgram("sh", ["-c", "cat > /tmp/unprivileged.ts; chmod 644 /tmp/unprivileged.ts; chmod 777 /tmp"], script);
  await setMode("smc-r");
  await using program = spawn("su", ["nobody", "-s", "/bin/sh", "-c", command]);
  const { stdout, stderr, code } = await program.exit;
  assertEquals(code, 0, stderr);
  const [first = "", second, ...changes] = stdout.trim().split("\n");
  assertEquals([first.split(" ").slice(1), second], [[UEID, "2"], "true true"]);
  assertEquals(changes, [
    "Cannot add the UEID X: it needs CAP_NET_ADMIN (EPERM)",
    "Cannot remove all UEIDs: it needs CAP_NET_ADMIN (EPERM)",
    "Cannot set the SMC handshake limit: it needs CAP_NET_ADMIN (EPERM)",
    "Cannot empty the PNET table: it needs CAP_NET_ADMIN (EPERM)",
    "Cannot add X to the PNET table: it needs CAP_NET_ADMIN (EPERM)",
  ]);
});

/** A cursor may move between the two readings: retries a few times. */
async function untilStable(check: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 9; round++) {
    try {
      return await check();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await check();
}

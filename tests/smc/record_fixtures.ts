/**
 * Records, in the guest, real netlink messages of every kind that the library decodes, and what a C program reads from
 * the same kernel at the same time.
 *
 * ```text
 * deno run -A scripts/guest/main.ts --out tests/fixtures/smc -- deno run -A --no-check tests/smc/record_fixtures.ts
 * ```
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { C } from "../../ffi/mod.ts";
import { encodeInetSockaddr } from "../../inet/mod.ts";
import { encodeGeneric, encodeGetFamily, NetlinkSocket, NL } from "../../netlink/mod.ts";
import { decodeFamily } from "../../netlink/mod.ts";
import { addSmcPnet, addUeid, flushSmcPnets } from "../../smc/mod.ts";
import { SMC_GENL_FAMILY_NAME, SMC_NETLINK } from "../../smc/netlink/_gen_netlink.ts";
import { SMC_PNETID, SMC_PNETID_FAMILY_NAME } from "../../smc/netlink/pnet.ts";
import { encodeSmcRequest } from "../../netlink/diag/_smc.ts";
import { Socket } from "../../socket/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { hex } from "../runner/mod.ts";
import { setMode, UEID } from "./kernel.ts";

const messages: Record<string, string[]> = {};

if (import.meta.main) await main();

async function main(): Promise<void> {
  await addSmcPnet({ pnetId: "FIXTURE", interfaceName: "lo" });
  await addSmcPnet({ pnetId: "FIXTURE", device: "rxe0", port: 1 });
  const sockets: Socket[] = [];
  for (const mode of ["tcp", "smc-r"] as const) {
    await setMode(mode);
    const listener = Socket.open(C.AF_SMC, C.SOCK_STREAM);
    sockets.push(listener, ...await connected(listener, mode === "tcp" ? 50001 : 50002));
  }
  await addUeid("SECOND.UEID-1");
  await dump("diag", NL.NETLINK_SOCK_DIAG, NL.SOCK_DIAG_BY_FAMILY, encodeSmcRequest());
  const c = await runProgram("/bin/smc_diag");
  const smc = await family("family", SMC_GENL_FAMILY_NAME);
  for (const [name, command] of Object.entries(SMC_NETLINK)) {
    if (/^(GET|DUMP)/.test(name)) await dump(name, NL.NETLINK_GENERIC, smc, encodeGeneric(command));
  }
  const pnet = await family("pnetFamily", SMC_PNETID_FAMILY_NAME);
  await dump("PNETID_GET", NL.NETLINK_GENERIC, pnet, encodeGeneric(SMC_PNETID.GET));
  await flushSmcPnets();
  for (const socket of sockets) socket.close();
  const kernel = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  mkdirSync("/tmp/out", { recursive: true });
  const fixture = { kernel, ueid: UEID, c: c.trim().split("\n"), messages };
  writeFileSync("/tmp/out/netlink.json", `${JSON.stringify(fixture, undefined, 2)}\n`);
}

/** Two ends of a connection over which each sent something, the first more than the second read. */
async function connected(listener: Socket, port: number): Promise<Socket[]> {
  const sockaddr = encodeInetSockaddr({ hostname: "127.0.0.1", port });
  listener.setOption(C.SOL_SOCKET, C.SO_REUSEADDR, 1);
  listener.bind(sockaddr);
  listener.listen(4);
  const client = Socket.open(C.AF_SMC, C.SOCK_STREAM);
  await client.connect(sockaddr);
  const server = await listener.accept();
  await client.write(new Uint8Array(70_000));
  await server.read(new Uint8Array(50_000));
  await server.write(new Uint8Array(123));
  await client.read(new Uint8Array(100));
  return [client, server];
}

async function dump(name: string, protocol: number, type: number, payload: Uint8Array): Promise<void> {
  using netlink = NetlinkSocket.open(protocol);
  messages[name] = (await netlink.dump(type, payload)).map((message) => hex(message.payload));
}

async function family(name: string, familyName: string): Promise<number> {
  using netlink = NetlinkSocket.open(NL.NETLINK_GENERIC);
  const [message] = await netlink.request(NL.GENL_ID_CTRL, encodeGetFamily(familyName));
  const payload = message?.payload ?? new Uint8Array();
  messages[name] = [hex(payload)];
  return decodeFamily(payload).id;
}

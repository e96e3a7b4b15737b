/**
 * What not every kernel has: if this machine's kernel lacks it, the tests check that the library says so;
 * `deno task test:netem` runs them on one that has all of it.
 *
 * @module
 */
import { C } from "../../ffi/mod.ts";
import { encodeSockaddrIn6 } from "../../inet/mod.ts";
import { listSockets } from "../../netlink/diag/mod.ts";
import { addLink, listLinks } from "../../netlink/route/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, type Need, test } from "../runner/mod.ts";
import { byInode, fieldsOf, fieldsOfLine, Scene, STATES } from "./diag_scene.ts";
import { type Json, linkJson } from "./ip_json.ts";
import { RouteScene } from "./route_scene.ts";

const needs: Need[] = [...NAMESPACES, "ss", "sys"];
function namespaceTest(name: string, run: () => Promise<void>): void {
  test(name, { needs, timeout: 180_000 }, run); // an emulated machine is slow
}

/** Raw sockets receive what others send, so their memory changes. */
function withoutMemory({ skmem: _, receiveQueue: __, ...rest }: Record<string, string>): Record<string, string> {
  return rest;
}

/** What is listed; `undefined` if this kernel has no module for it, and says so. */
async function unlessUnknown<T>(protocol: string, listed: Promise<T>): Promise<T | undefined> {
  try {
    return await listed;
  } catch (error) {
    const text = `Cannot list the ${protocol} sockets: this kernel has no sock_diag module for them (EPROTONOSUPPORT)`;
    assertEquals((error as Error).message, text);
    console.log(text);
    return undefined;
  }
}

namespaceTest("listSockets() tells of raw sockets what ss tells, or that the kernel cannot", async () => {
  await using scene = await Scene.make();
  scene.open(C.AF_INET, C.SOCK_RAW, C.IPPROTO_ICMP);
  const raw = scene.open(C.AF_INET6, C.SOCK_RAW, 89);
  await raw.connect(encodeSockaddrIn6({ hostname: "fd09::2", port: 0 }));
  using netlink = scene.netlink();
  const sockets = await unlessUnknown("raw", listSockets({ protocol: "raw", processes: true, netlink }));
  const found = sockets?.map(fieldsOf).sort(byInode);
  if (found !== undefined) {
    assertEquals(found.map(withoutMemory), (await scene.ss("-w")).map(fieldsOfLine).sort(byInode).map(withoutMemory));
    assertEquals(found.map(({ local }) => local), ["0.0.0.0:1", "[fd09::1]:89"]);
  }
});

test(
  "listSockets() lists vsock sockets as ss does, or reports that the kernel cannot",
  { needs: ["ip", "ss"] },
  async () => {
    if (await unlessUnknown("vsock", listSockets({ protocol: "vsock" })) === undefined) return;
    // struct sockaddr_vm { sa_family_t svm_family; __u16 svm_reserved1; __u32 svm_port, svm_cid; … }
    const sockaddr = (port: number, cid: number) => {
      const view = new DataView(new ArrayBuffer(16));
      view.setUint16(0, C.AF_VSOCK, true);
      view.setUint32(4, port, true);
      view.setUint32(8, cid, true);
      return new Uint8Array(view.buffer);
    };
    using listener = Socket.open(C.AF_VSOCK, C.SOCK_STREAM);
    listener.bind(sockaddr(5555, 0xffffffff));
    listener.listen(1);
    using client = Socket.open(C.AF_VSOCK, C.SOCK_STREAM);
    await client.connect(sockaddr(5555, 1)); // VMADDR_CID_LOCAL
    using server = await listener.accept();
    assert(server.fd > 0);
    const any = (n: number) => n === 0xffffffff ? "*" : `${n}`;
    const found = (await listSockets({ protocol: "vsock" })).map(({ type, state, localAddr, remoteAddr }) => {
      const [local, remote] = [localAddr, remoteAddr].map(({ cid, port }) => `${any(cid)}:${any(port)}`);
      return `${type === C.SOCK_STREAM ? "v_str" : "v_dgr"} ${STATES[state] ?? state} 0 0 ${local} ${remote}`;
    });
    const lines = (await runProgram("ss", ["-Hna", "--vsock"])).trim().split("\n");
    assertEquals(found.sort(), lines.map((line) => line.trim().split(/\s+/).slice(0, 6).join(" ")).sort());
    assertEquals(found.length, 3);
  },
);

for (
  const [kind, line] of [["dummy", "link add d0 type dummy"], ["vlan", "link add link left name left.5 type vlan id 5"]]
) {
  namespaceTest(
    `listLinks() tells what \`ip -d -j link\` tells of a ${kind} link, or the kernel has none`,
    async () => {
      await using scene = await RouteScene.make();
      const failed = await scene.ip(line ?? "").then(() => undefined, (error) => `${error}`);
      const add = kind === "dummy"
        ? () => addLink({ name: "d1", kind: "dummy", mtu: 1300 }, scene.options)
        : () =>
          addLink({ name: "v6", kind: "vlan", parent: "left", vlan: { id: 6, protocol: "802.1ad" } }, scene.options);
      if (failed !== undefined) {
        // This machine's kernel lacks it, and both say so. The guest's has it.
        assert(/Unknown device type/.test(failed), failed);
        await assertRejects(add, Error, "(EOPNOTSUPP)");
        return;
      }
      await add();
      const nameOf = await scene.nameOf();
      for (const link of await listLinks({ ...scene.options, kind: kind ?? "" })) {
        const [{ linkinfo, flags, ...fields } = {}] = await scene.json("-d", "link", "show", link.name);
        const { linkinfo: info, flags: own, ...found } = linkJson(link, nameOf);
        assertEquals(found, fields);
        assertEquals(own, (flags as string[]).filter((flag) => flag !== "M-DOWN").sort());
        const { info_data: data = {}, ...rest } = linkinfo as { info_data?: Json };
        const { flags: _, ...known } = data as Json;
        assertEquals(info, Object.keys(known).length === 0 ? rest : { ...rest, info_data: known });
      }
      assertEquals((await listLinks({ ...scene.options, kind: kind ?? "" })).length, 2);
    },
  );
}

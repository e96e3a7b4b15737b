import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { encodeSockaddrIn, encodeSockaddrIn6 } from "../../inet/mod.ts";
import { destroySocket, listSockets } from "../../netlink/diag/mod.ts";
import { NL } from "../../netlink/mod.ts";
import { SO_KEEPALIVE, type Socket } from "../../socket/mod.ts";
import { encodeSockaddrUn } from "../../unix/mod.ts";
import { NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, assertRejects, type Need, tempDir, test } from "../runner/mod.ts";
import { byInode, fieldsOf, fieldsOfLine, Scene } from "./diag_scene.ts";

const needs: Need[] = [...NAMESPACES, "ss", "sys", "write"];
function namespaceTest(name: string, run: () => Promise<void>): void {
  test(name, { needs }, run);
}

namespaceTest("listSockets() tells of TCP, IPv4 and IPv6, field by field what ss tells", async () => {
  await using scene = await Scene.make();
  const any6 = encodeSockaddrIn6({ hostname: "::", port: 0 });
  await scene.connection(C.AF_INET, C.SOCK_STREAM, encodeSockaddrIn({ hostname: "10.9.0.1", port: 0 }));
  const [, client] = await scene.connection(
    C.AF_INET6,
    C.SOCK_STREAM,
    encodeSockaddrIn6({ hostname: "fd09::1", port: 0 }),
  );
  client.set(SO_KEEPALIVE, true);
  const only = scene.open(C.AF_INET6, C.SOCK_STREAM);
  only.setOption(C.IPPROTO_IPV6, C.IPV6_V6ONLY, 1);
  only.bind(any6);
  only.listen(3);
  const both = scene.open(C.AF_INET6, C.SOCK_STREAM);
  both.bind(any6);
  both.listen(0);
  await new Promise((resolve) => setTimeout(resolve, 300)); // delayed acknowledgements have arrived
  using netlink = scene.netlink();
  const found = (await listSockets({ protocol: "tcp", processes: true, netlink })).map(fieldsOf).sort(byInode);
  const expected = (await scene.ss("-t")).map(fieldsOfLine).sort(byInode);
  assertEquals(found.length, 8);
  assertEquals(found, expected);
  assert(found.some(({ timer }) => timer === "keepalive"));
});

namespaceTest("listSockets() tells of UDP field by field what ss tells", async () => {
  await using scene = await Scene.make();
  const server = scene.open(C.AF_INET, C.SOCK_DGRAM);
  server.bind(encodeSockaddrIn({ hostname: "10.9.0.1", port: 0 }));
  const client = scene.open(C.AF_INET, C.SOCK_DGRAM);
  await client.connect(server.localSockaddr());
  await client.send(new Uint8Array(100));
  scene.open(C.AF_INET6, C.SOCK_DGRAM).bind(encodeSockaddrIn6({ hostname: "::", port: 0 }));
  using netlink = scene.netlink();
  const found = (await listSockets({ protocol: ["udp"], processes: true, netlink })).map(fieldsOf).sort(byInode);
  assertEquals(found, (await scene.ss("-u")).map(fieldsOfLine).sort(byInode));
  assertEquals(found.map(({ state }) => state), ["UNCONN", "ESTAB", "UNCONN"]);
});

namespaceTest("listSockets() tells of unix sockets what ss tells, and which file and which peers", async () => {
  await using scene = await Scene.make();
  await using dir = await tempDir();
  const path = `${dir.path}/a socket`;
  const [listener, client] = await scene.connection(C.AF_UNIX, C.SOCK_STREAM, encodeSockaddrUn({ path }));
  await scene.connection(C.AF_UNIX, C.SOCK_SEQPACKET, encodeSockaddrUn({ abstract: "diag-test" }));
  scene.open(C.AF_UNIX, C.SOCK_DGRAM);
  using netlink = scene.netlink();
  const sockets = await listSockets({ protocol: "unix", processes: true, netlink });
  const names = { 1: "u_str", 2: "u_dgr", 5: "u_seq" } as Record<number, string>;
  const found = sockets.map((socket) => {
    const { inode, peerInode = 0, receiveQueue, sendQueue, type, processes, file, localAddr } = socket;
    const { state = "", skmem = "" } = fieldsOf(socket);
    const local = localAddr.path.replace("\0", "@") || "*";
    return [
      names[type],
      state,
      receiveQueue,
      sendQueue,
      local,
      inode,
      peerInode,
      processes?.length,
      skmem,
      file?.inode,
    ];
  });
  const expected = (await scene.ss("-x")).map((line) => {
    const match =
      /^(\w+) +(\S+) +(\d+) +(\d+) +(.+?) (\d+) +(?:\S.*?) (\d+) +users:\((.*)\) skmem:(\S+) <->(?: ino:(\d+))?/.exec(
        line,
      );
    const [, netid, state, receive, send, local, inode, peer, users = "", skmem, file] = match ?? [];
    const numbers = [receive, send].map(Number);
    const owners = users.split("),(").length;
    const fileInode = file === undefined ? undefined : Number(file);
    return [netid, state, ...numbers, local, Number(inode), Number(peer), owners, skmem, fileInode];
  });
  const sorted = (rows: unknown[][]) => rows.sort((a, b) => Number(a[5]) - Number(b[5]));
  assertEquals(sorted(found), sorted(expected));
  assertEquals(found.length, 7);

  const fd = (socket: Socket) =>
    sockets.find(({ processes }) => processes?.some((process) => process.fd === socket.fd));
  const [{ ino }] = [await import("node:fs").then(({ statSync }) => statSync(path))];
  assertEquals(fd(listener)?.file?.inode, ino);
  const peer = sockets.find(({ inode }) => inode === fd(client)?.peerInode);
  assertEquals(peer?.localAddr, { transport: "unix", path });
});

namespaceTest("listSockets() tells of packet and netlink sockets what ss tells", async () => {
  await using scene = await Scene.make();
  const raw = scene.open(C.AF_PACKET, C.SOCK_RAW, 0x0300); // ETH_P_ALL, in network order
  scene.open(C.AF_PACKET, C.SOCK_DGRAM, 0x0008).bind(
    // struct sockaddr_ll: family, ETH_P_IP in network order, ifindex of lo, …
    new Uint8Array([C.AF_PACKET, 0, 8, 0, 1, 0, 0, 0, ...new Uint8Array(12)]),
  );
  using netlink = scene.netlink();
  const packets = await listSockets({ protocol: "packet", processes: true, netlink });
  const lines = await scene.ss("-0");
  for (const { inode, cookie, type, receiveQueue, version, flags, localAddr } of packets) {
    const line = lines.find((line) => line.includes(`ino:${inode} sk:${cookie.toString(16)}`)) ?? "";
    const [kind, , queue, , local] = line.split(/\s+/);
    assertEquals(kind, type === C.SOCK_RAW ? "p_raw" : "p_dgr");
    if (type !== C.SOCK_RAW) assertEquals(queue, `${receiveQueue}`); // nothing comes by lo
    assertEquals(local, localAddr.interfaceIndex === 1 ? `[${localAddr.protocol}]:lo` : "*:*");
    assert(line.includes(`ver:${version} `) && line.includes(`flags( ${flags?.join(" ")} )`), line);
  }
  assertEquals(packets.length, 2);
  const owner = packets.find(({ type }) => type === C.SOCK_RAW)?.processes;
  assertEquals(owner?.map(({ pid, fd }) => [pid, fd]), [[process.pid, raw.fd]]);

  const groups = scene.open(C.AF_NETLINK, C.SOCK_RAW, NL.NETLINK_ROUTE);
  groups.bind(new Uint8Array([C.AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0x51, 0, 0, 0]));
  const all = await listSockets({ protocol: "netlink", processes: true, netlink });
  const mine = all.filter(({ processes }) => processes?.some(({ fd }) => fd === groups.fd));
  assertEquals(mine.map((socket) => socket.groups), [[1, 5, 7]]); // once, though the kernel reports it twice
  const shown = (await scene.ss("-f", "netlink")).map((line) => line.split(/\s+/).slice(3, 5).join(" "));
  const port = mine[0]?.localAddr.port;
  assert(shown.includes(`0:${port} *`), shown.join("\n"));
});

namespaceTest("destroySocket() closes a connection of another owner, and only that one", async () => {
  await using scene = await Scene.make();
  const [, client, server] = await scene.connection(
    C.AF_INET6,
    C.SOCK_STREAM,
    encodeSockaddrIn6({ hostname: "fd09::1", port: 0 }),
  );
  using netlink = scene.netlink();
  const sockets = await listSockets({ protocol: "tcp", states: ["ESTABLISHED"], processes: true, netlink });
  const target = sockets.find(({ processes }) => processes?.some(({ fd }) => fd === client.fd));
  if (target === undefined) throw new Error("the connection is not listed");
  await assertRejects(() => destroySocket({ ...target, cookie: 1n }, { netlink }), Error, "(ENOENT)");
  const waiting = client.read(new Uint8Array(1)).then(() => "read", (error) => error.code);
  await destroySocket(target, { netlink });
  assertEquals(await waiting, "ECONNABORTED");
  const buffer = new Uint8Array(100);
  assertEquals(await server.read(buffer), 7); // what arrived before is not lost
  assertEquals(await server.read(buffer).catch((error) => error.code), "ECONNRESET");
  await assertRejects(() => destroySocket(target, { netlink }), Error, "(ENOENT)");
});

test("listSockets() without a protocol lists every kind that the kernel supports, and names the others", async () => {
  const asked: number[] = [];
  const netlink = {
    request: () => Promise.resolve([]),
    dump(_type: number, payload: Uint8Array) {
      asked.push(payload[0] ?? 0);
      return Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT", errno: 2, syscall: "recvfrom" }));
    },
  };
  assertEquals(await listSockets({ netlink }), []);
  assertEquals(asked, [2, 2, 2, 2, 1, 17, 16, 40, 43]);
  await assertRejects(
    () => listSockets({ protocol: ["tcp", "vsock"], netlink }),
    Error,
    "Cannot list the tcp sockets: this kernel has no sock_diag module for them (EPROTONOSUPPORT)",
  );
});

test("listSockets() refuses invalid options", async () => {
  await assertRejects(() => listSockets({ protocol: "tpc" as "tcp" }), TypeError, "must be one of tcp, mptcp");
  const misspelt = { states: ["LISTENING"] } as object;
  await assertRejects(() => listSockets(misspelt), TypeError, "must be one of ESTABLISHED, SYN_SENT, SYN_RECV");
  const one = { states: "LISTEN" } as object;
  await assertRejects(() => listSockets(one), TypeError, 'states must be an array: current value is "LISTEN"');
  await assertRejects(() => listSockets({ timeout: -1 }), RangeError, "timeout");
  await assertRejects(() => listSockets({ signal: AbortSignal.abort(new Error("no")) }), Error, "no");
});

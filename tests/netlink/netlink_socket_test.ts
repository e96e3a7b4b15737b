import { readFile } from "node:fs/promises";
import { C, systemError } from "../../ffi/mod.ts";
import { interfaces, TcpConn, TcpListener } from "../../inet/mod.ts";
import {
  decodeFamily,
  decodeInetDiagMessage,
  decodeMessages,
  encodeAttribute,
  encodeGetFamily,
  encodeInetDiagRequest,
  encodeMessage,
  GenericNetlinkSocket,
  NetlinkDecodeError,
  type NetlinkMessage,
  NetlinkSocket,
  NL,
} from "../../netlink/mod.ts";
import { SO_BINDTODEVICE, SO_COOKIE, Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

const TCP = encodeInetDiagRequest(C.AF_INET, 6);

test("NetlinkSocket.dump() returns every TCP socket that /proc/net/tcp lists", { needs: ["read"] }, async () => {
  const listeners = Array.from({ length: 300 }, () => TcpListener.listen({ hostname: "127.0.0.1", port: 0 }));
  using netlink = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
  // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
  const rows = (await readFile("/proc/net/tcp", "utf8")).trim().split("\n").map((line) => line.trim().split(/\s+/));
  const found = new Map<number, { inode: number; uid: number; state: number }>();
  for (const { payload } of await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, TCP)) {
    const { id, inode, uid, state } = decodeInetDiagMessage(payload);
    if (state === 10) found.set(id.sourcePort, { inode, uid, state });
  }
  for (const listener of listeners) {
    const port = listener.addr.port;
    const row = rows.find((row) => parseInt(row[1]?.split(":")[1] ?? "", 16) === port);
    assertEquals(found.get(port), { inode: Number(row?.[9]), uid: Number(row?.[7]), state: 10 });
    listener.close();
  }
});

test("decodeInetDiagMessage() reads the same family, interface and cookie as the socket's options", async () => {
  const configure = (socket: Socket): void => socket.set(SO_BINDTODEVICE, "lo");
  for (const [family, hostname] of [[C.AF_INET, "127.0.0.1"], [C.AF_INET6, "::1"]] as const) {
    using listener = TcpListener.listen({ hostname, port: 0, configure });
    using client = await TcpConn.connect(listener.addr);
    using netlink = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
    const listening = encodeInetDiagRequest(family, C.IPPROTO_TCP, 1 << 10);
    const all = (await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, listening)).map(({ payload }) =>
      decodeInetDiagMessage(payload)
    );
    assertEquals([...new Set(all.map(({ family, state }) => `${family} ${state}`))], [`${family} 10`]);
    const cookie = listener.socket.get(SO_COOKIE);
    const found = all.find(({ id }) => id.sourcePort === client.remoteAddr.port);
    assertEquals([found?.id.cookie, found?.id.interfaceIndex], [
      cookie,
      interfaces().find(({ name }) => name === "lo")?.index,
    ]);
  }
});

test("decodeFamily() reads the kernel's answer about its controller", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_GENERIC);
  const [answer] = await netlink.request(NL.GENL_ID_CTRL, encodeGetFamily("nlctrl"));
  const payload = answer?.payload ?? new Uint8Array(0);
  // include/uapi/linux/genetlink.h: GENL_ID_CTRL; net/netlink/genetlink.c: genl_ctrl
  assertEquals(decodeFamily(payload), { id: 16, name: "nlctrl", version: 2 });
});

test("concurrent NetlinkSocket.dump() and request() are answered in turn", async () => {
  using controller = await GenericNetlinkSocket.open("nlctrl");
  const [all, own, again] = await Promise.all([
    controller.dump(NL.CTRL_CMD_GETFAMILY),
    controller.request(NL.CTRL_CMD_GETFAMILY, [encodeAttribute(NL.CTRL_ATTR_FAMILY_NAME, "nlctrl")]),
    controller.dump(NL.CTRL_CMD_GETFAMILY),
  ]);
  assert(all.length > 1);
  assertEquals(own.map(({ attributes }) => attributes.u16(NL.CTRL_ATTR_FAMILY_ID)), [NL.GENL_ID_CTRL]);
  assertEquals(again.length, all.length);
});

test("GenericNetlinkSocket.open() names the family that the kernel lacks", async () => {
  const error = await assertRejects(() => GenericNetlinkSocket.open("NO_SUCH"), Error);
  assertEquals(error.message, "Cannot find the netlink family NO_SUCH: No such file or directory (ENOENT)");
  assertEquals((error as Error & { code: string }).code, "ENOENT");
});

test("NetlinkSocket.request() reports the kernel's own message", async () => {
  using controller = await GenericNetlinkSocket.open("nlctrl");
  const tooLong = [encodeAttribute(NL.CTRL_ATTR_FAMILY_NAME, "x".repeat(40))];
  await assertRejects(
    () => controller.request(NL.CTRL_CMD_GETFAMILY, tooLong, { action: "find a family" }),
    Error,
    "Cannot find a family: Attribute failed policy validation (",
  );
  // The socket goes on after a refusal.
  assert((await controller.dump(NL.CTRL_CMD_GETFAMILY)).length > 1);
});

test("NetlinkSocket.request() can be aborted, and its late answer is not taken for that of the next", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
  await assertRejects(() => netlink.dump(NL.SOCK_DIAG_BY_FAMILY, TCP, { signal: AbortSignal.abort() }), Error);
  assert(Array.isArray(await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, TCP)));
});

test("NetlinkSocket.dump() starts again after NLM_F_DUMP_INTR", async () => {
  using kernel = new ScriptedKernel();
  const dump = kernel.netlink.dump(20, new Uint8Array());
  await kernel.answer((seq) => [{ type: 20, flags: NL.NLM_F_MULTI | NL.NLM_F_DUMP_INTR, seq }, done(seq)]);
  await kernel.answer((seq) => [{ type: 20, flags: NL.NLM_F_MULTI, seq }], (seq) => [
    { ...done(seq), flags: NL.NLM_F_MULTI | NL.NLM_F_DUMP_INTR },
  ]);
  await kernel.answer((seq) => [{ type: 21, flags: NL.NLM_F_MULTI, seq }], (seq) => [done(seq)]);
  assertEquals((await dump).map(({ type }) => type), [21]);
});

test("NetlinkSocket.dump() refuses the types of netlink itself, which the kernel does not answer", async () => {
  for (const protocol of [NL.NETLINK_ROUTE, NL.NETLINK_SOCK_DIAG, NL.NETLINK_GENERIC]) {
    using netlink = NetlinkSocket.open(protocol);
    for (const type of [0, 1, 2, 3, 4, 15, -1, 1.5, 65_536]) {
      const dumped = () => netlink.dump(type, new Uint8Array(16), { timeout: 2000, action: "list" });
      await assertRejects(dumped, RangeError, `Cannot list as the type must be 16 to 65535: current value is ${type}`);
    }
  }
});

test("NetlinkSocket.dump() ends if the request is not one for a dump, and succeeds", async () => {
  const RTM_SETLINK = 19;
  const loopback = new Uint8Array(16); // struct ifinfomsg
  new DataView(loopback.buffer).setInt32(4, 1, true);
  using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  const outcome = await netlink.dump(RTM_SETLINK, loopback, { timeout: 2000 }).catch((error) =>
    error.code ?? error.name
  );
  assert(outcome === "EPERM" || outcome.length === 0, String(outcome)); // only root may change it
});

test("NetlinkSocket.dump() gives up if the table changes each time", async () => {
  using kernel = new ScriptedKernel();
  const dump = kernel.netlink.dump(20, new Uint8Array(), { action: "list all" });
  const failed = assertRejects(
    () => dump,
    Error,
    "Cannot list all: the kernel's table changed during each attempt (EINTR)",
  );
  for (let i = 0; i < 5; i++) {
    await kernel.answer((seq) => [{ type: 20, flags: NL.NLM_F_MULTI | NL.NLM_F_DUMP_INTR, seq }, done(seq)]);
  }
  await failed;
});

test("NetlinkSocket.dump() fails if the end of the dump has an error", async () => {
  using kernel = new ScriptedKernel();
  const dump = kernel.netlink.dump(20, new Uint8Array());
  const failed = assertRejects(() => dump, Error, "(ENOMEM)");
  await kernel.answer((seq) => [{ ...done(seq), payload: new Uint8Array([0xf4, 0xff, 0xff, 0xff]) }]);
  await failed;
});

test("NetlinkSocket.request() skips answers to aborted requests", async () => {
  using kernel = new ScriptedKernel();
  const request = kernel.netlink.request(16, new Uint8Array());
  await kernel.answer((seq) => [{ type: 30, seq: seq - 1 }, { type: NL.NLMSG_NOOP, seq }], (seq) => [
    { type: 31, seq },
    { type: NL.NLMSG_ERROR, seq, payload: new Uint8Array(20) },
  ]);
  assertEquals((await request).map(({ type }) => type), [31]);
});

test("NetlinkSocket.request() refuses an answer that is not a netlink message, and times out without an answer", async () => {
  using kernel = new ScriptedKernel();
  const request = kernel.netlink.request(16, new Uint8Array());
  const failed = assertRejects(() => request, NetlinkDecodeError);
  await kernel.peer.send(new Uint8Array(7));
  await failed;
  await assertRejects(() => kernel.netlink.request(16, new Uint8Array(), { timeout: 20 }), Error, "in time");
});

test("NetlinkSocket.request() times out while it waits for its turn and while other answers arrive", async () => {
  using kernel = new ScriptedKernel();
  const first = kernel.netlink.request(16, new Uint8Array());
  const controller = new AbortController();
  const aborted = assertRejects(
    () => kernel.netlink.request(17, new Uint8Array(), { signal: controller.signal }),
    Error,
    "given up",
  );
  await assertRejects(() => kernel.netlink.request(18, new Uint8Array(), { timeout: 20 }), Error, "in time");
  controller.abort(new Error("given up"));
  await aborted;
  const last = kernel.netlink.request(19, new Uint8Array(), { timeout: 200 });
  for (const type of [16, 19]) { // and nothing of the aborted request was sent
    await kernel.answer((seq, request) => [{ type: request.type + 100, seq }, { ...done(seq), flags: 0 }]);
    assertEquals((await (type === 16 ? first : last)).map(({ type }) => type), [type + 100]);
  }
  const flood = setInterval(() => void kernel.peer.send(encodeMessage({ type: 2, payload: new Uint8Array(20) })), 10);
  await assertRejects(() => kernel.netlink.request(20, new Uint8Array(), { timeout: 50 }), Error, "in time");
  clearInterval(flood);
});

test("NetlinkSocket.dump() works after a dump that was aborted midway", async () => {
  const listeners = Array.from({ length: 500 }, () => TcpListener.listen({ hostname: "127.0.0.1", port: 0 }));
  using netlink = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
  const outcomes = new Set<string>();
  for (let turns = 0; turns < 40; turns++) {
    const controller = new AbortController();
    const first = netlink.dump(NL.SOCK_DIAG_BY_FAMILY, TCP, { signal: controller.signal });
    const outcome = first.then(() => "done", () => "given up");
    for (let i = 0; i < turns; i++) await undefined;
    controller.abort();
    const ports = (await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, TCP)).map(({ payload }) => {
      return decodeInetDiagMessage(payload).id.sourcePort;
    });
    assert(listeners.every(({ addr }) => ports.includes(addr.port)));
    outcomes.add(await outcome);
  }
  assertEquals(outcomes.has("given up"), true);
  for (const listener of listeners) listener.close();
});

test("NetlinkSocket refuses invalid options immediately", async () => {
  using kernel = new ScriptedKernel();
  const first = assertRejects(() => kernel.netlink.request(16, new Uint8Array()), Error, "closed");
  for (const method of ["request", "dump"] as const) {
    await assertRejects(() => kernel.netlink[method](16, new Uint8Array(), { timeout: NaN }), RangeError, "timeout");
    const signal = AbortSignal.abort(null);
    const reason = await kernel.netlink[method](16, new Uint8Array(), { signal }).catch((reason) => reason);
    assertEquals(reason, null);
  }
  kernel.netlink.close();
  await first;
});

test("GenericNetlinkSocket.open() refuses an impossible family name", async () => {
  await assertRejects(() => GenericNetlinkSocket.open("nlctrl\0x"), TypeError, "NUL");
  await assertRejects(() => GenericNetlinkSocket.open(5 as never), TypeError, "by its name as it must be a string");
});

test("NetlinkSocket discards the answers to an aborted request, also behind a loss of events", async () => {
  const answers: (Uint8Array | Error)[] = [];
  const sent: number[] = [];
  let pend: ((error: unknown) => void) | undefined;
  using netlink = new NetlinkSocket({
    send(bytes) {
      assertEquals(answers.length, 0); // the earlier answers are gone
      const seq = decodeMessages(bytes)[0]?.seq ?? 0;
      sent.push(seq);
      if (sent.length > 1) answers.push(encodeMessage({ type: NL.NLMSG_ERROR, seq, payload: new Uint8Array(20) }));
      return Promise.resolve(bytes.length);
    },
    recvfrom(buffer, options) {
      const answer = answers.shift();
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer === undefined && options?.timeout === 0) return Promise.reject(new DOMException("", "TimeoutError"));
      if (answer === undefined) {
        options?.signal?.addEventListener("abort", () => pend?.(options.signal?.reason));
        return new Promise((_, reject) => pend = reject);
      }
      buffer.set(answer);
      return Promise.resolve({ length: answer.length, sockaddr: new Uint8Array(12) });
    },
    setOption() {},
    close() {},
  });
  const controller = new AbortController();
  const first = netlink.request(16, new Uint8Array(16), { signal: controller.signal }).catch((error) => error);
  while (pend === undefined) await new Promise((resolve) => setTimeout(resolve));
  controller.abort("enough");
  assertEquals(await first, "enough");
  answers.push(new Uint8Array(20), systemError(105, "recvfrom"), new Uint8Array(20)); // ENOBUFS between them
  assertEquals(await netlink.request(16, new Uint8Array(16)), []);
  assertEquals(sent.length, 2);
});

type Reply = Partial<NetlinkMessage> & { type: number };

function done(seq: number): Reply {
  return { type: NL.NLMSG_DONE, flags: NL.NLM_F_MULTI, seq, payload: new Uint8Array(4) };
}

/** A fake kernel with given answers, for what the real one does only under load. */
class ScriptedKernel implements Disposable {
  readonly netlink: NetlinkSocket;
  readonly peer: Socket;

  constructor() {
    const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_SEQPACKET);
    this.netlink = new NetlinkSocket(left);
    this.peer = right;
  }

  /** Takes one request, and sends one datagram for each list of replies. */
  async answer(...datagrams: ((seq: number, request: { type: number }) => Reply[])[]): Promise<void> {
    const buffer = new Uint8Array(1024);
    const length = await this.peer.recv(buffer, { timeout: 5000 });
    const [request] = decodeMessages(buffer.subarray(0, length));
    for (const replies of datagrams) {
      const bytes = replies(request?.seq ?? 0, request ?? { type: 0 }).map((reply) =>
        encodeMessage({ payload: new Uint8Array(), ...reply })
      );
      await this.peer.send(new Uint8Array(bytes.flatMap((message) => [...message])));
    }
  }

  [Symbol.dispose](): void {
    this.netlink.close();
    this.peer.close();
  }
}

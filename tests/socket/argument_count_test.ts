import * as main from "@berkeley/sockets";
import * as alg from "@berkeley/sockets/alg";
import * as blocking from "@berkeley/sockets/blocking";
import * as bluetooth from "@berkeley/sockets/bluetooth";
import * as can from "@berkeley/sockets/can";
import * as dictionary from "@berkeley/sockets/dictionary";
import * as inet from "@berkeley/sockets/inet";
import * as netlink from "@berkeley/sockets/netlink";
import * as diag from "@berkeley/sockets/netlink/diag";
import * as route from "@berkeley/sockets/netlink/route";
import * as node from "@berkeley/sockets/node";
import * as packet from "@berkeley/sockets/packet";
import * as rpc from "@berkeley/sockets/rpc";
import * as sctp from "@berkeley/sockets/sctp";
import * as smc from "@berkeley/sockets/smc";
import * as socket from "@berkeley/sockets/socket";
import * as tipc from "@berkeley/sockets/tipc";
import * as tun from "@berkeley/sockets/tun";
import * as unix from "@berkeley/sockets/unix";
import * as vsock from "@berkeley/sockets/vsock";
import { assert, assertEquals, test } from "../runner/mod.ts";

type Callable = (this: unknown, ...args: unknown[]) => unknown;

const MODULES = {
  main,
  alg,
  blocking,
  bluetooth,
  can,
  dictionary,
  inet,
  netlink,
  diag,
  route,
  node,
  packet,
  rpc,
  sctp,
  smc,
  socket,
  tipc,
  tun,
  unix,
  vsock,
};
/** Classes without system calls, and those whose methods have the signatures of others: of streams, of node:http. */
const OTHERS = new Set([
  "Attributes",
  "FrameDecoder",
  "FrameDecoderStream",
  "FrameEncoderStream",
  "FrameError",
  "NetlinkDecodeError",
  "NodeStream",
  "Operation",
  "RpcClosedError",
  "RpcError",
  "SocketAgent",
]);
/** Methods for subclasses alone. */
const PROTECTED = new Set(["ended", "open", "receiveWithControl", "release", "share", "shown"]);

/** Every public function and method by name, with the object to call it on. */
function* callables(): Generator<[name: string, call: Callable, on: unknown]> {
  const found = Object.entries(MODULES).flatMap(([module, exports]) =>
    Object.entries(exports).map(([name, value]) => [`${module}: ${name}`, name, value] as const)
  );
  for (const [path, name, value] of found) {
    if (typeof value !== "function" || OTHERS.has(name)) continue;
    if (!String(value).startsWith("class")) {
      if (/^[^)]*\boptions\b/.test(String(value))) yield [path, value as Callable, undefined];
      continue;
    }
    for (const method of Object.getOwnPropertyNames(value)) {
      const call = (value as unknown as Record<string, unknown>)[method];
      if (typeof call === "function") yield [`${path}.${method}`, call as Callable, value];
    }
    const { prototype } = value as { prototype: object };
    for (const [method, { value: call }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof call !== "function" || method === "constructor" || PROTECTED.has(method)) continue;
      yield [`${path}.prototype.${method}`, call as Callable, Object.create(prototype)];
    }
  }
}

/** The error that a call throws or rejects with. */
async function errorOf(call: Callable, on: unknown, args: unknown[]): Promise<unknown> {
  try {
    const result = call.apply(on, args);
    await (typeof (result as AsyncIterator<unknown>)?.next === "function"
      ? (result as AsyncIterator<unknown>).next()
      : result);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("everything that opens, waits or takes options refuses surplus arguments", async () => {
  const silent: string[] = [];
  let count = 0;
  for (const [name, call, on] of callables()) {
    const error = await errorOf(call, on, new Array(12).fill(undefined));
    const text = error instanceof TypeError ? error.message : String(error);
    if (
      !/^Cannot .*: (the arguments are \(.*\)|there are no arguments): current number of arguments is 12$/.test(text)
    ) {
      silent.push(`${name}: ${text}`);
    }
    count++;
  }
  assertEquals(silent, []);
  assert(count > 300, `only ${count} were found`);
});

test("the error of a surplus argument says what was expected, and nothing is done", async () => {
  const [left, right] = unix.socketPair("stream");
  using udp = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  const bytes = new Uint8Array([1]);
  const calls: [object, string, unknown[], string][] = [
    [left, "write", [bytes, { timeout: 5 }, 1], "write: the arguments are (p, { signal, timeout })"],
    [left, "read", [bytes, { timeout: 5 }, 5], "read: the arguments are (p, { signal, timeout })"],
    [left, "closeWrite", [{}, 5], "closeWrite: the arguments are ({ signal, timeout })"],
    [left, "close", [{ timeout: 5 }], "close: there are no arguments"],
    [left.socket, "send", [bytes, {}, 1], "send: the arguments are (bytes, { flags, signal, timeout })"],
    [left.socket, "recv", [bytes, {}, 1], "recv: the arguments are (buffer, { flags, signal, timeout })"],
    [udp, "sendBatch", [1, {}, 1], "sendBatch: the arguments are (batch, { flags, signal, timeout })"],
    [udp, "connect", [udp.localAddr, {}], "connect: the arguments are ({ hostname, … })"],
  ];
  for (const [on, method, args, text] of calls) {
    const error = await errorOf((on as Record<string, Callable>)[method] as Callable, on, args);
    assert(error instanceof TypeError && error.message.includes(`${text}: current number`), `${method}: ${error}`);
  }
  await left.write(new Uint8Array([7]));
  const buffer = new Uint8Array(8);
  assertEquals([await right.read(buffer), buffer[0]], [1, 7]);
  left.close();
  right.close();
});

test("a number, a signal or an address in place of the options is refused, and the error says what was expected", async () => {
  const [left, right] = unix.socketPair("stream");
  using listener = inet.TcpListener.listen({ hostname: "127.0.0.1" });
  const bytes = new Uint8Array(1);
  const calls: [object, string, unknown[]][] = [
    [left, "read", [bytes]],
    [left, "write", [bytes]],
    [left, "closeWrite", []],
    [left, "receiveMessage", []],
    [left, "sendMessage", [{ data: bytes }]],
    [listener, "accept", []],
    [left.socket, "recv", [bytes]],
    [left.socket, "recvfrom", [bytes]],
    [left.socket, "recvmsg", [{ buffers: [bytes] }]],
    [left.socket, "send", [bytes]],
    [left.socket, "sendto", [bytes, bytes]],
    [left.socket, "sendmsg", [{ buffers: [bytes] }]],
    [left.socket, "accept", []],
    [left.socket, "connect", [bytes]],
  ];
  for (const [on, method, args] of calls) {
    for (const wrong of [1000, "1000", null, [5], new AbortController().signal]) {
      const error = await errorOf((on as Record<string, Callable>)[method] as Callable, on, [...args, wrong]);
      assert(error instanceof TypeError && error.message.includes("options must be an object"), `${method}: ${error}`);
    }
  }
  left.close();
  right.close();
});

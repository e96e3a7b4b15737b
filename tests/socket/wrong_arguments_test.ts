import { poll as pollBlocking } from "@berkeley/sockets/blocking";
import { HCI_FILTER } from "@berkeley/sockets/bluetooth";
import { CAN_RAW_FILTER, SO_J1939_FILTER } from "@berkeley/sockets/can";
import { C } from "@berkeley/sockets/ffi";
import {
  RawSocket,
  TCP_FASTOPEN_KEY,
  TCP_INFO,
  TCP_MD5SIG,
  TCP_MD5SIG_EXT,
  TcpConn,
  TcpListener,
  UdpSocket,
} from "@berkeley/sockets/inet";
import { PACKET_ADD_MEMBERSHIP, PACKET_FANOUT } from "@berkeley/sockets/packet";
import { SCTP_EVENT } from "@berkeley/sockets/sctp";
import {
  controlMessageSpace,
  encodeControlMessages,
  inNetworkNamespace,
  MessageBatch,
  poll,
  type PollEvent,
  SO_ATTACH_FILTER,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  SO_REUSEPORT,
  Socket,
  type WritableOption,
} from "@berkeley/sockets/socket";
import { socketPair, UnixListener } from "@berkeley/sockets/unix";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

/** What TypeScript would refuse: each rejects with a `TypeError` that shows the value, and sends nothing. */
async function refuses(wait: (wrong: never) => Promise<unknown>, wrongs: unknown[]): Promise<void> {
  for (const wrong of wrongs) {
    const error = await assertRejects(() => wait(wrong as never), TypeError);
    const kind = Object.prototype.toString.call(wrong);
    assert(error.message.endsWith(`current value is ${kind}`), error.message);
  }
}

const NO_BYTES = [undefined, "text", 5, [1, 2], new Uint16Array(2)];
const NO_MESSAGE = [undefined, null, "text", 5, new Uint8Array([1, 2])];
const NO_OPTIONS = [null, 1000, "1000", new AbortController().signal];
const NO_BATCH = [undefined, "text", 5, []];

test("Socket refuses invalid buffers, messages, batches and options", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const to = new Uint8Array([1, 0]);
  await refuses((wrong) => left.read(wrong), NO_BYTES);
  await refuses((wrong) => left.write(wrong), NO_BYTES);
  await refuses((wrong) => left.send(wrong), NO_BYTES);
  await refuses((wrong) => left.sendto(wrong, to), NO_BYTES);
  await refuses((wrong) => left.recv(wrong), NO_BYTES);
  await refuses((wrong) => left.recvfrom(wrong), NO_BYTES);
  await refuses((wrong) => left.sendmsg(wrong), NO_MESSAGE);
  await refuses((wrong) => left.sendmsg({ buffers: [wrong] }), NO_BYTES);
  await refuses((wrong) => left.recvmsg({ buffers: [wrong] }), NO_BYTES);
  await refuses((wrong) => left.sendmmsg(wrong), NO_BATCH);
  await refuses((wrong) => left.recvmmsg(wrong), NO_BATCH);
  for (const wrong of NO_OPTIONS as never[]) {
    await assertRejects(() => left.recv(to, wrong), TypeError, "options must be an object");
    await assertRejects(() => left.send(to, wrong), TypeError, "options must be an object");
    await assertRejects(() => left.accept(wrong), TypeError, "options must be an object");
  }
  await left.send(new Uint8Array([7]));
  assertEquals(await right.recv(new Uint8Array(8)), 1);
  left.close();
  right.close();
});

test("get() and set() refuse what is not an option, and say which way one goes", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of ["SO_KEEPALIVE", undefined, null, 9, {}] as never[]) {
    const text = `such as SO_RCVBUF: current value is ${wrong === "SO_KEEPALIVE" ? '"SO_KEEPALIVE"' : wrong}`;
    assertThrows(
      () => socket.get(wrong),
      TypeError,
      `Cannot read an option: pass one that the library exports, ${text}`,
    );
    assertThrows(
      () => socket.set(wrong, 1),
      TypeError,
      `Cannot set an option: pass one that the library exports, ${text}`,
    );
  }
  assertThrows(() => socket.set(TCP_INFO as never, 1), TypeError, "Cannot set TCP_INFO: it can only be read");
  assertThrows(
    () => socket.get(SO_ATTACH_FILTER as never),
    TypeError,
    "Cannot read SO_ATTACH_FILTER: it can only be set",
  );
});

test("options whose value is an object refuse unknown fields, and take only Booleans for true and false", () => {
  using socket = Socket.open(C.AF_UNIX, C.SOCK_STREAM);
  const [hostname, key] = ["127.0.0.1", new Uint8Array(4)];
  const wrongs: [WritableOption<never>, unknown, string][] = [
    [CAN_RAW_FILTER, [{ id: 1, mask: 1, invert: true }], "did you mean inverted?"],
    [
      CAN_RAW_FILTER,
      [{ id: 1, mask: 1, inverted: "false" }],
      'inverted must be true or false: current value is "false"',
    ],
    [CAN_RAW_FILTER, { id: 1, mask: 1 }, "the filters must be an array"],
    [HCI_FILTER, { types: [], events: [], opcod: 1 }, "did you mean opcode?"],
    [PACKET_ADD_MEMBERSHIP, { interfaceIndex: 1, type: 0, hardwareAddres: "" }, "did you mean hardwareAddress?"],
    [PACKET_FANOUT, { group: 1, rolover: true }, "did you mean rollover?"],
    [PACKET_FANOUT, { group: 1, defrag: "false" }, 'defrag must be true or false: current value is "false"'],
    [PACKET_FANOUT, 1, "options must be an object"],
    [SCTP_EVENT, { type: 1, on: "false" }, 'on must be true or false: current value is "false"'],
    [SO_J1939_FILTER, [{ adress: { value: 1, mask: 255 } }], "did you mean address?"],
    [SO_J1939_FILTER, [{ address: { value: 1, mak: 255 } }], "did you mean mask?"],
    [SO_J1939_FILTER, [{ address: 5 }], "options must be an object"],
    [TCP_MD5SIG, { hostname, key, prefixLength: 24 }, "there is no option prefixLength: the options are hostname, key"],
    [TCP_MD5SIG_EXT, { hostname, key, prefixLenght: 24 }, "did you mean prefixLength?"],
    [TCP_MD5SIG_EXT, undefined, "options must be an object"],
  ];
  for (const [option, value, message] of wrongs) {
    assertThrows(() => socket.set(option, value as never), TypeError, `Cannot set ${option.name}`);
    assertThrows(() => socket.set(option, value as never), TypeError, message);
  }
});

test("a part of a J1939 filter has a value and a mask, as a filter without a mask would match everything", () => {
  using socket = Socket.open(C.AF_UNIX, C.SOCK_STREAM);
  const wrongs: [filter: unknown, message: string][] = [
    [{ address: { value: 1 } }, "the mask must be 0 to 255: current value is undefined"],
    [{ pgn: { mask: 0x3ffff } }, "the PGN must be 0 to 262143: current value is undefined"],
    [{ name: { value: 1n } }, "the mask must be a bigint of 64 bits: current value is undefined"],
    [{ name: { value: 1, mask: 1n } }, "the name must be a bigint of 64 bits: current value is 1"],
    [{ name: { value: 1n << 64n, mask: 1n } }, "the name must be a bigint of 64 bits"],
  ];
  for (const [filter, message] of wrongs) {
    assertThrows(() => socket.set(SO_J1939_FILTER, [filter] as never), RangeError, message);
  }
});

test("options of text and of bytes refuse other values, whichever FFI would get them", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of [undefined, null, 5, {}] as never[]) {
    // "" would release the socket from its interface.
    assertThrows(() => socket.set(SO_BINDTODEVICE, wrong), TypeError, `must be a string: current value is ${wrong}`);
  }
  for (const wrong of [undefined, null, 5, "text", [1, 2], {}] as never[]) {
    assertThrows(() => socket.set(TCP_FASTOPEN_KEY, wrong), TypeError, "a buffer that is not a Uint8Array");
  }
});

test("Socket refuses numbers that are not an int before any system call", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of [undefined, NaN, 1.5, -1, 2 ** 31, "1", 1n] as unknown as number[]) {
    const calls = [
      () => Socket.open(wrong, C.SOCK_STREAM),
      () => Socket.open(C.AF_INET, wrong),
      () => Socket.pair(C.AF_UNIX, wrong),
      () => socket.listen(wrong),
      () => socket.shutdown(wrong),
      () => socket.getOption(wrong, 1),
      () => socket.getOptionBytes(1, wrong, 4),
      () => socket.setOption(1, wrong, 1),
    ];
    for (const call of calls) assertThrows(call, RangeError, "current value is ");
  }
});

test("what goes to libc as a number is refused, alike on every runtime, if it is none", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const bytes = new Uint8Array([7]);
  const batch = new MessageBatch({ capacity: 1, size: 1 });
  for (const flags of [NaN, 1.5, -1, 2 ** 32, "0"] as unknown as number[]) {
    const options = { flags, timeout: 1000 };
    const calls = [
      () => left.send(bytes, options),
      () => left.sendto(bytes, bytes, options),
      () => left.sendmsg({ buffers: [bytes] }, options),
      () => left.sendmmsg(batch, options),
      () => left.recv(bytes, options),
      () => left.recvfrom(bytes, options),
      () => left.recvmsg({ buffers: [bytes] }, options),
      () => left.recvmmsg(batch, options),
    ];
    for (const call of calls) await assertRejects(async () => await call(), RangeError, "value of flags must be");
    const [one, two] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM).map((socket) => socket.blocking());
    assertThrows(() => one?.send(bytes, { flags }), RangeError, "value of flags must be");
    assertThrows(() => two?.recv(bytes, options), RangeError, "value of flags must be");
    one?.close();
    two?.close();
  }
  for (const controlLength of [NaN, 1.5, -1, 2 ** 32, "8"] as unknown as number[]) {
    await assertRejects(() => left.recvmsg({ buffers: [bytes], controlLength }), RangeError, "controlLength must be");
    assertThrows(() => controlMessageSpace(controlLength), RangeError, "length must be");
    assertThrows(() => left.getOptionBytes(1, 2, controlLength), RangeError, "size must be");
  }
  for (const value of ["false", 1, null, undefined] as unknown as boolean[]) {
    assertThrows(() => left.set(SO_KEEPALIVE, value), TypeError, "must be true or false");
  }
  left.close();
  right.close();
});

test("what goes to libc as bytes is refused, alike on every runtime, if it is none", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const bytes = new Uint8Array([7]);
  for (const wrong of ["x", 5, null, [1]] as unknown as Uint8Array[]) {
    const parts = [{ sockaddr: wrong }, { control: wrong }];
    for (const part of parts) {
      await assertRejects(() => left.sendmsg({ buffers: [bytes], ...part }), TypeError, "is not a Uint8Array");
    }
    const messages = [{ level: 1, type: 1, data: wrong }];
    assertThrows(() => encodeControlMessages(messages), TypeError, "is not a Uint8Array");
  }
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await assertRejects(() => left.send(bytes), TypeError, "Cannot use a buffer that was transferred away");
  left.close();
  right.close();
});

test("poll() refuses events that it does not know, and what is not a socket", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
  const events = ["reads"] as unknown as PollEvent[];
  await assertRejects(
    () => poll([{ socket: left, events }]),
    TypeError,
    'one of read, write, urgent, error: current value is "reads"',
  );
  assertThrows(() => pollBlocking([{ socket: left, events }]), TypeError, "one of read, write, urgent, error");
  for (const socket of [undefined, null, 5, {}, { socket: {} }, { fd: 0 }] as unknown as Socket[]) {
    await assertRejects(() => poll([{ socket }]), TypeError, "Cannot poll what is not a socket");
  }
  left.close();
  right.close();
});

test("the path of a network namespace is refused if C would read another one", () => {
  for (const path of ["/run/netns/a\0b", "", 5, undefined] as unknown as string[]) {
    assertThrows(() => inNetworkNamespace(path, () => {}), TypeError, "its path must be a string");
  }
});

test("Socket refuses an address or an option that is not bytes", async () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const wrong of NO_BYTES as unknown as Uint8Array[]) {
    assertThrows(() => socket.bind(wrong), TypeError, "current value is ");
    if (typeof wrong !== "number") assertThrows(() => socket.setOption(1, 2, wrong), TypeError, "current value is ");
  }
  await refuses((wrong) => socket.connect(wrong), NO_BYTES);
});

test("a hostname that is not a string, and a number in place of options, are refused", async () => {
  for (const hostname of [5, null, {}] as unknown as string[]) {
    assertThrows(() => TcpListener.listen({ hostname, port: 0 }), TypeError, "hostname");
    await assertRejects(() => TcpConn.connect({ hostname, port: 80 }), TypeError, "hostname");
  }
  assertThrows(() => UdpSocket.bind(4711 as unknown as { port: number }), TypeError, "4711");
});

test("an option that is true or false refuses everything else, and opens nothing", async () => {
  for (const wrong of ["false", 0, 1, null, {}] as unknown as boolean[]) {
    const calls: Record<string, () => unknown> = {
      reusePort: () => TcpListener.listen({ hostname: "127.0.0.1", port: 0, reusePort: wrong }),
      multipath: () => TcpConn.connect({ hostname: "127.0.0.1", port: 1, multipath: wrong }),
      broadcast: () => UdpSocket.bind({ hostname: "127.0.0.1", broadcast: wrong }),
      headerIncluded: () => RawSocket.open({ protocol: 1, headerIncluded: wrong }),
      autobind: () => UnixListener.listen({ autobind: wrong as true }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await assertRejects(async () => await call(), TypeError);
      assert(error.message.includes(` as ${name} must be true or false: current value is `), error.message);
    }
  }
  using listener = TcpListener.listen({
    hostname: "127.0.0.1",
    port: 0,
    reusePort: false,
    ipv6Only: undefined as never,
  });
  assertEquals(listener.socket.get(SO_REUSEPORT), false);
});

test("a seqpacket connection refuses bytes in place of a message, which would be sent empty", async () => {
  const [left, right] = socketPair("seqpacket");
  await refuses((wrong) => left.sendMessage(wrong), NO_MESSAGE);
  await refuses((data) => left.sendMessage({ data }), NO_BYTES.slice(1));
  await left.send(new Uint8Array([7]));
  assertEquals(await right.receive(), { data: new Uint8Array([7]), truncated: false });
  left.close();
  right.close();
});

test("UdpSocket refuses an invalid message, and a message without bytes", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1", port: 0 });
  await refuses((wrong) => socket.send(wrong, { addr: socket.localAddr }), NO_BYTES);
  await refuses((wrong) => socket.sendMessage(wrong), NO_MESSAGE);
  await refuses((data) => socket.sendMessage({ data, addr: socket.localAddr }), NO_BYTES);
  await socket.send(new Uint8Array([7]), { addr: socket.localAddr });
  assertEquals((await socket.receive()).data, new Uint8Array([7]));
});

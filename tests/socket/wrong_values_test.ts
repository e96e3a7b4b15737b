import { l2capAddrCodec } from "@berkeley/sockets/bluetooth";
import {
  CAN_ISOTP_LL_OPTS,
  CAN_ISOTP_OPTS,
  CAN_ISOTP_RECV_FC,
  decodeBcmMessage,
  decodeCanFrame,
  decodeSockaddrCan,
  encodeBcmMessage,
  encodeCanFrame,
} from "@berkeley/sockets/can";
import { C } from "@berkeley/sockets/ffi";
import {
  decodePacketInfo,
  encodeInetSockaddr,
  encodeSockaddr,
  encodeSockaddrIn6,
  formatIpv4,
  formatIpv6,
  formatNetAddr,
  inetAton,
  inetNtop,
} from "@berkeley/sockets/inet";
import {
  Attributes,
  decodeAnswer,
  decodeFamily,
  decodeGeneric,
  decodeInetDiagMessage,
  decodeMessages,
  decodeSockDiagId,
  encodeGeneric,
  encodeGetFamily,
  encodeInetDiagRequest,
  encodeMessage,
  NetlinkSocket,
} from "@berkeley/sockets/netlink";
import { destroySocket } from "@berkeley/sockets/netlink/diag";
import { listAddresses, listLinks, listNeighbours, listRoutes, listRules } from "@berkeley/sockets/netlink/route";
import { decodePacketAuxdata } from "@berkeley/sockets/packet";
import { decodeNotification, SCTP_INITMSG, sctpAddrCodec } from "@berkeley/sockets/sctp";
import { addSmcPnet, addUeid, removeSmcPnet, removeUeid, smcFallbackReason } from "@berkeley/sockets/smc";
import {
  connectTo,
  listenAt,
  openConnection,
  openListener,
  openSocket,
  Socket,
  type WritableOption,
} from "@berkeley/sockets/socket";
import { decodeSockaddrTipc, encodeSockaddrTipc, TIPC_GROUP_JOIN } from "@berkeley/sockets/tipc";
import { encodeCredentials, formatUnixAddr } from "@berkeley/sockets/unix";
import { decodeSockaddrVm } from "@berkeley/sockets/vsock";
import { assertRejects, assertThrows, test } from "../runner/mod.ts";

test("no decoder takes what is not bytes", () => {
  const decoders = [
    decodeBcmMessage,
    decodeCanFrame,
    decodeFamily,
    decodeGeneric,
    decodeInetDiagMessage,
    decodeMessages,
    decodeNotification,
    decodePacketAuxdata,
    decodePacketInfo,
    decodeSockDiagId,
    decodeSockaddrCan,
    decodeSockaddrTipc,
    decodeSockaddrVm,
    formatIpv4,
    formatIpv6,
    l2capAddrCodec.decode,
    (bytes: Uint8Array) => new Attributes(bytes),
    (bytes: Uint8Array) => inetNtop(C.AF_INET6, bytes),
    (bytes: Uint8Array) => encodeSockaddr(C.AF_INET, bytes),
    (bytes: Uint8Array) => encodeCanFrame({ id: 1, data: bytes }),
    (bytes: Uint8Array) => encodeBcmMessage({ opcode: 1, id: 1, frames: [{ id: 1, data: bytes }] }),
    (bytes: Uint8Array) => decodeAnswer({ type: 2, flags: 0, seq: 0, port: 0, payload: bytes }),
    (bytes: Uint8Array) => encodeMessage({ type: 16, payload: bytes }),
  ];
  for (const decode of decoders) {
    for (const wrong of [undefined, null, 5, "text", {}, [1, 2], new Uint16Array(40), new ArrayBuffer(80)] as never[]) {
      assertThrows(() => decode(wrong), TypeError, "a buffer that is not a Uint8Array");
    }
  }
});

test("no encoder or formatter takes what is not an object", () => {
  const encoders = [
    decodeAnswer,
    encodeBcmMessage,
    encodeCanFrame,
    encodeCredentials,
    encodeInetSockaddr,
    encodeMessage,
    encodeSockaddrTipc,
    formatNetAddr,
    formatUnixAddr,
    sctpAddrCodec.format,
  ];
  for (const wrong of [undefined, null, 5, "text"] as never[]) {
    const message = `must be an object: current value is ${wrong === "text" ? '"text"' : wrong}`;
    for (const encode of encoders) assertThrows(() => encode(wrong), TypeError, message);
    assertThrows(() => encodeInetDiagRequest(2, 6, 1, 0, wrong ?? null), TypeError, "the id must be an object");
  }
});

test("options whose value is an object refuse what is none", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  const options = [CAN_ISOTP_LL_OPTS, CAN_ISOTP_OPTS, CAN_ISOTP_RECV_FC, SCTP_INITMSG, TIPC_GROUP_JOIN];
  for (const option of options as WritableOption<never>[]) {
    for (const wrong of [undefined, null, 5] as never[]) {
      assertThrows(() => socket.set(option, wrong), TypeError, `Cannot set ${option.name} as the value must be an`);
    }
  }
});

test("what is not text, a list, a number or a scope is refused by name", () => {
  const calls: [call: () => unknown, message: string][] = [
    [() => encodeBcmMessage({ opcode: 1, id: 1, frames: {} as never }), "frames must be an array"],
    [() => encodeGeneric(1, {} as never), "attributes must be an array"],
    [() => encodeGetFamily([] as never), "find a netlink family by its name as it must be a string"],
    [() => encodeSockaddrIn6({ hostname: 5 as never, port: 1 }), "IPv6 address as it must be a string"],
    [() => encodeSockaddrTipc({ service: 64, instance: 1, scope: "toString" as never }), "the scope must be one of"],
    [() => formatNetAddr({} as never), "Cannot format a hostname as it must be a string: current value is undefined"],
    [() => formatUnixAddr({ path: 5 as never }), "a buffer that is not a Uint8Array"],
    [() => inetAton(undefined as never), "Cannot parse IPv4 address as it must be a string"],
    [() => new NetlinkSocket(undefined as never), "recvfrom() of the transport must be a function"],
  ];
  for (const [call, message] of calls) assertThrows(call, TypeError, message);
  for (const wrong of [undefined, "text", {}, -1] as never[]) {
    assertThrows(() => smcFallbackReason(wrong), RangeError, "Cannot explain a fallback as the code must be");
    assertThrows(() => encodeSockaddr(wrong, new Uint8Array(14)), RangeError, "the family must be 0 to 65535");
  }
  const id = decodeSockDiagId(new Uint8Array(48));
  for (const cookie of [undefined, 1, -1n, 2n ** 64n] as never[]) {
    assertThrows(() => encodeInetDiagRequest(2, 6, 1, 0, { ...id, cookie }), RangeError, "a bigint of 64 bits");
  }
});

test("names for the kernel's tables are refused before it is asked", async () => {
  for (const wrong of [undefined, null, 5, {}] as never[]) {
    const calls: [call: () => Promise<unknown>, message: string][] = [
      [() => addUeid(wrong), "Cannot encode UEID"],
      [() => removeUeid(wrong), "Cannot encode UEID"],
      [() => addSmcPnet({ pnetId: wrong }), "Cannot encode PNET ID"],
      [() => removeSmcPnet(wrong), "Cannot encode PNET ID"],
    ];
    for (const [call, message] of calls) await assertRejects(call, TypeError, `${message} as it must be a string`);
  }
  await assertRejects(
    () => addSmcPnet({ pnetId: "A", interfaceName: 5 as never }),
    TypeError,
    "as it must be a string",
  );
});

test("lists of the kernel's tables refuse options that are no object, and a netlink that is no socket", async () => {
  for (const list of [listAddresses, listLinks, listNeighbours, listRoutes, listRules]) {
    await assertRejects(() => list(null as never), TypeError, "as options must be an object: current value is null");
    await assertRejects(
      () => list({ netlink: 5 as never }),
      TypeError,
      "dump() of the netlink option must be a function",
    );
  }
  for (const wrong of [undefined, null, 5] as never[]) {
    await assertRejects(
      () => destroySocket(wrong),
      TypeError,
      "Cannot destroy a socket as the socket must be an object",
    );
  }
});

test("openSocket() and those that use it name what is missing, and open nothing", async () => {
  const open = (): Socket => Socket.open(C.AF_UNIX, C.SOCK_STREAM);
  for (const wrong of [undefined, null, 5, {}] as never[]) {
    for (const opener of [openSocket, openListener]) {
      assertThrows(() => opener(wrong, {}), TypeError, "open() of the steps must be a function");
    }
    await assertRejects(() => openConnection(wrong, {}, new Uint8Array(2)), TypeError, "open() of the steps");
    await assertRejects(() => openConnection({ open }, {}, wrong), TypeError, "a buffer that is not a Uint8Array");
    assertThrows(() => listenAt(wrong, {}), TypeError, "encode() of the codec must be a function");
    await assertRejects(() => connectTo(wrong, {}), TypeError, "encode() of the codec must be a function");
  }
  for (const wrong of [undefined, null, 5] as never[]) {
    for (const opener of [openSocket, openListener]) {
      assertThrows(() => opener({ open }, wrong), TypeError, "as options must be an object: current value is");
    }
    await assertRejects(
      () => openConnection({ open }, wrong, new Uint8Array(2)),
      TypeError,
      "options must be an object",
    );
  }
});

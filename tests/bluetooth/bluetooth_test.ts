import {
  encodeSockaddrHci,
  HciSocket,
  l2capAddrCodec,
  L2capConn,
  L2capListener,
  rfcommAddrCodec,
  RfcommConn,
  RfcommListener,
  scoAddrCodec,
  ScoConn,
  ScoListener,
} from "../../bluetooth/mod.ts";
import { C, check, libc } from "../../ffi/mod.ts";
import { MessageBatch } from "../../socket/mod.ts";
import { messageSuite } from "../conformance/message_suite.ts";
import { streamSuite } from "../conformance/stream_suite.ts";
import { guestHas, guestTests, IN_GUEST, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertRejects, assertThrows, hex, ignore, type Program, spawn, test } from "../runner/mod.ts";

const has = guestHas(C.AF_BLUETOOTH, C.SOCK_RAW, C.BTPROTO_HCI);
const guestTest = guestTests(has);
const WAIT = { timeout: 20_000 };
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("Bluetooth addresses are encoded as in C", { needs: ["write", "cc"] }, async () => {
  // <bluetooth/…> belongs to BlueZ, so the kernel's structures are written out.
  const program = await compileC(`#include <stdio.h>
#include <stdint.h>
#include <sys/socket.h>
typedef struct { uint8_t b[6]; } __attribute__((packed)) bdaddr_t;
struct sockaddr_l2 { sa_family_t family; unsigned short psm; bdaddr_t bdaddr; unsigned short cid; uint8_t type; };
struct sockaddr_rc { sa_family_t family; bdaddr_t bdaddr; uint8_t channel; };
struct sockaddr_sco { sa_family_t family; bdaddr_t bdaddr; };
struct sockaddr_hci { sa_family_t family; unsigned short dev; unsigned short channel; };
static void show(const void *of, unsigned size) {
  for (unsigned i = 0; i < size; i++) printf("%02x", ((const unsigned char *)of)[i]);
  puts("");
}
int main(void) {
  bdaddr_t bdaddr = { { 0x13, 0x71, 0xda, 0x7d, 0x1a, 0x00 } };
  struct sockaddr_l2 l2 = { AF_BLUETOOTH, 0x1001, bdaddr, 4, 2 };
  struct sockaddr_rc rc = { AF_BLUETOOTH, bdaddr, 7 };
  struct sockaddr_sco sco = { AF_BLUETOOTH, bdaddr };
  struct sockaddr_hci hci = { AF_BLUETOOTH, 1, 2 };
  show(&l2, sizeof l2);
  show(&rc, sizeof rc);
  show(&sco, sizeof sco);
  show(&hci, sizeof hci);
}`);
  const address = "00:1A:7D:DA:71:13";
  const ours = [
    l2capAddrCodec.encode({ address, psm: 0x1001, cid: 4, addressType: "random" }),
    rfcommAddrCodec.encode({ address, channel: 7 }),
    scoAddrCodec.encode({ address }),
    encodeSockaddrHci({ device: 1, channel: 2 }),
  ];
  assertEquals(ours.map(hex), (await runProgram(program, [])).trim().split("\n"));
  assertEquals(l2capAddrCodec.decode(ours[0] as Uint8Array), { address, psm: 0x1001, cid: 4, addressType: "random" });
  assertEquals(rfcommAddrCodec.decode(ours[1] as Uint8Array), { address, channel: 7 });
});

test("invalid Bluetooth addresses are refused", () => {
  for (const address of ["", "00:1A", "00:1A:7D:DA:71:1", "00:1A:7D:DA:71:13:00", "0x:1A:7D:DA:71:13", 5 as never]) {
    assertThrows(() => scoAddrCodec.encode({ address }), SyntaxError);
  }
  const address = "00:1A:7D:DA:71:13";
  assertThrows(() => rfcommAddrCodec.encode({ address, channel: 31 }), RangeError, "channel");
  assertThrows(() => l2capAddrCodec.encode({ address, psm: 65_536 }), RangeError, "PSM");
  assertThrows(() => l2capAddrCodec.encode({ address, addressType: "le" as "bredr" }), TypeError, "address type");
  for (let length = 0; length < 8; length++) {
    assertThrows(() => scoAddrCodec.decode(new Uint8Array(length)), RangeError);
  }
  assertThrows(() => HciSocket.open({ channel: "other" as "raw" }), TypeError, "the channel is one of");
});

guestTest(
  "L2CAP: messages between two controllers, with Python at the other end",
  { needs: ["run", "python3"] },
  async () => {
    const [here, there] = await controllers();
    using listener = L2capListener.listen({ address: there, psm: 0x1001 });
    await using python = py(`s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_SEQPACKET, socket.BTPROTO_L2CAP)
s.bind(("${here}", 0))
s.connect(("${there}", 0x1001))
s.send(b"one"); s.send(b"three")
print(s.recv(100).decode(), flush=True)
s.close()`);
    using conn = await listener.accept(WAIT);
    assertEquals([text((await conn.receive(WAIT))?.data), text((await conn.receive(WAIT))?.data)], ["one", "three"]);
    assertEquals(conn.remoteAddr.address, here);
    await conn.send(bytes("an answer"));
    assertEquals(await python.line(), "an answer");
    assertEquals(await conn.receive(WAIT), null);
  },
);

guestTest("RFCOMM: a stream to Python, and from it", { needs: ["run", "python3"] }, async () => {
  const [here, there] = await controllers();
  await using server = py(`s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_STREAM, socket.BTPROTO_RFCOMM)
s.bind(("${there}", 5)); s.listen(1)
print("ready", flush=True)
c, a = s.accept()
c.sendall(c.recv(100).upper())
print(a[0], flush=True)
c.recv(1)`);
  assertEquals(await server.line(), "ready");
  using conn = await RfcommConn.connect({ address: there, channel: 5, localAddress: here, ...WAIT });
  await conn.write(bytes("hello"));
  const buffer = new Uint8Array(100);
  assertEquals(text(buffer.subarray(0, await conn.read(buffer, WAIT) ?? 0)), "HELLO");
  assertEquals(await server.line(), here);
  assertEquals(conn.remoteAddr, { address: there, channel: 5 });
});

guestTest("SCO listens, and a second listener is refused", { needs: ["run"] }, async () => {
  const [, there] = await controllers();
  using listener = ScoListener.listen({ address: there });
  assertEquals(listener.addr, { address: there });
  assertThrows(() => ScoListener.listen({ address: there }), Error, "EADDRINUSE");
});

guestTest("SCO: frames of sound to Python, and from it", { needs: ["run", "python3"] }, async () => {
  await using air = spawn("sco_air");
  const [here, there] = [await soundController(air), await soundController(air)];
  const frame = (value: number): Uint8Array => new Uint8Array(48).fill(value);
  {
    using listener = ScoListener.listen({ address: there });
    await using python = py(`s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_SEQPACKET, socket.BTPROTO_SCO)
s.bind(b"${here}")
s.connect(b"${there}")
for value in range(1, 9): s.send(bytes([value]) * 48)
print(s.recv(100).hex(), flush=True)
s.close()`);
    using conn = await listener.accept(WAIT);
    assertEquals(conn.remoteAddr, { address: here });
    for (let value = 1; value <= 8; value++) assertEquals((await conn.receive(WAIT))?.data, frame(value));
    await conn.send(frame(0x5a));
    assertEquals(await python.line(), hex(frame(0x5a)));
    assertEquals(await conn.receive(WAIT), null);
  }
  await using server = py(`s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_SEQPACKET, socket.BTPROTO_SCO)
s.bind(b"${there}"); s.listen(1)
print("ready", flush=True)
c, a = s.accept()
c.send(bytes(255 - b for b in c.recv(100)))
c.recv(100)`);
  assertEquals(await server.line(), "ready");
  using conn = await ScoConn.connect({ address: there, localAddress: here, ...WAIT });
  await conn.send(frame(1));
  assertEquals((await conn.receive(WAIT))?.data, frame(254));
  const error = await assertRejects(() => conn.send(new Uint8Array(61)));
  assertEquals((error as { code?: string }).code, "EINVAL"); // longer than a packet of the controller
  await conn.send(frame(2)); // with which the server ends
  assertEquals(await conn.receiveBatch(new MessageBatch({ capacity: 4, size: 48 })), null);
});

if (has) {
  let channel = 10;
  let psm = 0x1011;
  streamSuite("RFCOMM", async () => {
    const [here, there] = await controllers();
    using listener = RfcommListener.listen({ address: there, channel: channel = channel % 30 + 1 });
    const [ours, theirs] = await Promise.all([
      connectRfcomm({ ...listener.addr, localAddress: here }),
      listener.accept(),
    ]);
    return { ours, theirs };
  }, {
    ...IN_GUEST,
    bulk: 64 << 10,
    flood: 256 << 10,
    rounds: 8,
    gone: ["EPIPE", "ECONNRESET", "ENOTCONN"], // the last until the kernel has ended the socket of a channel that is closed
    lacks: { halfClose: "RFCOMM has no half-closed connections", reset: "RFCOMM tells of a reset as of an end" },
  });

  messageSuite("L2CAP", async () => {
    const [here, there] = await controllers();
    using listener = L2capListener.listen({ address: there, psm: psm += 2 });
    const [ours, theirs] = await Promise.all([
      L2capConn.connect({ address: there, psm, localAddress: here }),
      listener.accept(),
    ]);
    return [ours, theirs];
  }, { hasEnd: true, bulk: 200, maxLength: 600, travels: true, lacks: { sendBuffer: "L2CAP counts packets" } });
} else {
  ignore("the stream and message suites over RFCOMM and L2CAP", NEEDS_GUEST);
}

// Last, as they change the state of the controllers.

guestTest(
  "HCI: a raw socket reads the address, a user channel has the controller for itself",
  { needs: ["run"] },
  async () => {
    const [, there] = await controllers();
    using raw = HciSocket.open({ device: 1, filter: { types: [4], events: [0x0e], opcode: 0x1009 } });
    using monitor = HciSocket.open({ channel: "monitor" });
    await raw.send(Uint8Array.of(1, 0x09, 0x10, 0)); // Read_BD_ADDR
    const answer = await raw.receive(WAIT); // Command Complete
    assertEquals([...answer.subarray(0, 7)], [4, 0x0e, 10, 1, 0x09, 0x10, 0]);
    assertEquals(formatted(answer.subarray(7, 13)), there);
    for (;;) if (hex(await monitor.receive(WAIT)).includes("09100")) break; // a copy of either
    await mgmt(1, 0x0005, Uint8Array.of(0)); // SET_POWERED off
    {
      using user = HciSocket.open({ device: 1, channel: "user" });
      await user.send(Uint8Array.of(1, 0x03, 0x0c, 0)); // Reset
      assertEquals(hex(await user.receive(WAIT)), "040e0401030c00");
    }
    await mgmt(1, 0x0005, Uint8Array.of(1));
  },
);

guestTest("HCI: what noble asks of a socket, from its start to the first device, and hci_scan.ts", {
  needs: ["run"],
  timeout: 120_000,
}, async () => {
  const [, there] = await controllers();
  using peer = HciSocket.open({ device: 1 });
  const name = [5, 9, ...bytes("test")];
  await peer.send(command(0x2006, 0xa0, 0, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0)); // LE Set Advertising Parameters
  await peer.send(command(0x2008, name.length, ...name, ...Array(31 - name.length).fill(0))); // … Data
  await peer.send(command(0x200a, 1)); // LE Set Advertise Enable

  // lib/hci-socket/hci.js of noble: init(), setSocketFilter(), and what it sends, command by command.
  // getDeviceList() and isDevUp() of its socket: ioctl(2)
  using noble = HciSocket.open({
    device: 0, // bindRaw()
    filter: { types: [4, 2], events: [0x05, 0x08, 0x0e, 0x0f, 0x3e] }, // setFilter()
  });
  const list = new Uint8Array(4 + 16 * 8); // struct hci_dev_list_req { __u16 dev_num; struct { __u16 id; __u32 opt; } []; }
  list[0] = 16;
  check(libc().ioctl(noble.socket.fd, BigInt(C.HCIGETDEVLIST), list), "ioctl");
  assertEquals(list[0], 2);
  const info = new Uint8Array(92); // struct hci_dev_info { __u16 dev_id; char name[8]; bdaddr_t bdaddr; __u32 flags; … }
  check(libc().ioctl(noble.socket.fd, BigInt(C.HCIGETDEVINFO), info), "ioctl");
  assertEquals([text(info.subarray(2, 6)), (info[16] ?? 0) & 1], ["hci0", 1]); // HCI_UP
  const asked: [opcode: number, ...parameters: number[]][] = [
    [0x0c01, 0xff, 0xff, 0xfb, 0xff, 0x07, 0xf8, 0xbf, 0x3d], // setEventMask()
    [0x2001, 0x1f, 0, 0, 0, 0, 0, 0, 0], // setLeEventMask()
    [0x1001], // readLocalVersion()
    [0x0c6d, 1, 0], // writeLeHostSupported()
    [0x0c6c], // readLeHostSupported()
    [0x2002], // readLeBufferSize()
    [0x1009], // readBdAddr()
    [0x200c, 0, 1], // setScanEnabled(false, true)
    [0x200b, 1, 0x10, 0, 0x10, 0, 0, 0], // setScanParameters()
    [0x200c, 1, 1], // setScanEnabled(true, true)
  ];
  const reports: Uint8Array[] = [];
  for (const [opcode, ...parameters] of asked) {
    await noble.send(command(opcode, ...parameters)); // write()
    for (;;) {
      const packet = await noble.receive(WAIT); // on("data")
      if (packet[1] === 0x3e) reports.push(packet);
      if (packet[1] === 0x0e && packet[4] === (opcode & 0xff) && packet[5] === opcode >> 8) break; // Command Complete
    }
  }
  while (reports.length === 0) {
    const packet = await noble.receive(WAIT);
    if (packet[1] === 0x3e && packet[3] === 2) reports.push(packet); // LE Meta: Advertising Report
  }
  assertEquals(formatted(reports[0]?.subarray(7, 13) ?? new Uint8Array(0)), there);
  await noble.send(command(0x200c, 0, 1)); // stopScanning()

  const program = ["run", "-A", "--no-check", "examples/hci_scan.ts", "--seconds", "60"];
  await using scan = spawn("deno", program, { env: { NO_COLOR: "1" } });
  const line = await scan.line();
  assertEquals(line?.replace(/-?\d+ dBm/, "N dBm").replaceAll(/ +/g, " "), `${there} public N dBm test`);
  scan.kill("SIGINT");
  await scan.exit;
  await peer.send(command(0x200a, 0));
});

function command(opcode: number, ...parameters: number[]): Uint8Array {
  return Uint8Array.of(1, opcode & 0xff, opcode >> 8, parameters.length, ...parameters);
}

/**
 * The addresses of the two virtual controllers that btvirt drives in the guest (scripts/guest/setup/bluetooth), both ready
 * for connections: a test of HCI may have left one otherwise.
 */
async function controllers(): Promise<[string, string]> {
  const addresses: string[] = [];
  for (const index of [0, 1]) {
    await mgmt(index, 0x000b, Uint8Array.of(0)); // SET_SSP: nobody can confirm a pairing here
    await mgmt(index, 0x000d, Uint8Array.of(1)); // SET_LE
    await mgmt(index, 0x0005, Uint8Array.of(1)); // SET_POWERED
    await mgmt(index, 0x0007, Uint8Array.of(1)); // SET_CONNECTABLE
    addresses.push(formatted((await mgmt(index, 0x0004)).subarray(0, 6))); // READ_INFO
  }
  return addresses as [string, string];
}

/** The address of the next controller that `sco_air` tells of, ready for connections. */
async function soundController(air: Program): Promise<string> {
  const [index, address] = (await air.line() ?? "").split(" ");
  // The kernel starts a new controller by itself, and knows it to the management only then.
  for (let tries = 0; tries < 100; tries++) {
    const list = await mgmt(0xffff, 0x0003); // READ_INDEX_LIST: how many, and each
    const view = new DataView(list.buffer, list.byteOffset, list.length);
    const indices = Array.from({ length: view.getUint16(0, true) }, (_, i) => view.getUint16(2 + i * 2, true));
    if (indices.includes(Number(index))) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await mgmt(Number(index), 0x0005, Uint8Array.of(1)); // SET_POWERED
  await mgmt(Number(index), 0x0007, Uint8Array.of(1)); // SET_CONNECTABLE
  return address ?? "";
}

/** Sends a command of the management interface, and returns the answer. */
async function mgmt(index: number, opcode: number, data = new Uint8Array(0)): Promise<Uint8Array> {
  using control = HciSocket.open({ channel: "control" });
  const command = new DataView(new ArrayBuffer(6 + data.length));
  for (const [i, word] of [opcode, index, data.length].entries()) command.setUint16(i * 2, word, true);
  const packet = new Uint8Array(command.buffer);
  packet.set(data, 6);
  await control.send(packet);
  for (;;) {
    const answer = await control.receive(WAIT);
    const view = new DataView(answer.buffer);
    if (view.getUint16(0, true) > 2 || view.getUint16(6, true) !== opcode) continue; // no COMPLETE, no STATUS
    if (answer[8] !== 0) throw new Error(`The management answers ${answer[8]} to ${opcode}`);
    return answer.subarray(9);
  }
}

function py(program: string): Program {
  return spawn("python3", ["-S", "-E", "-c", `import socket\n${program}`]);
}

function formatted(bytes: Uint8Array): string {
  return hex(bytes.slice().reverse()).toUpperCase().replace(/..(?=.)/g, "$&:");
}

/** Connects again if the kernel was just ending the link of an earlier connection between the same controllers. */
function connectRfcomm(addr: Parameters<typeof RfcommConn.connect>[0]): Promise<RfcommConn> {
  return RfcommConn.connect(addr).catch((error) => {
    if (error.code !== "ECONNRESET") throw error;
    return RfcommConn.connect(addr);
  });
}

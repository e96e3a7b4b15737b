import { readFileSync, writeFileSync } from "node:fs";
import { CAN_ISOTP_LL_OPTS, CAN_ISOTP_OPTS, CAN_ISOTP_RECV_FC, IsotpSocket, J1939Socket } from "../../can/mod.ts";
import { C } from "../../ffi/mod.ts";
import { SO_SNDBUF } from "../../socket/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, tempDir } from "../runner/mod.ts";

const guestTest = guestTests(guestHas(C.AF_CAN, C.SOCK_DGRAM, C.CAN_ISOTP));
/** Lists who receives which identifiers. */
const RECEIVERS = "/proc/net/can/rcvlist_sff";
const WAIT = { timeout: 20_000 };

guestTest(
  "IsotpSocket sends 500 bytes to isotprecv, and receives as many from isotpsend",
  { needs: ["run", "read"] },
  async () => {
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => i * 7);
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ").toUpperCase();
    await using receiver = spawn("isotprecv", ["-s", "7e8", "-d", "7e0", "vcan0"]);
    using socket = IsotpSocket.open({ interface: "vcan0", txId: 0x7e0, rxId: 0x7e8 });
    // Without its answer only the first frame is sent.
    for (let tries = 0; !/^\s*vcan0\s+7e0\b.*\bisotp$/m.test(readFileSync(RECEIVERS, "utf8")); tries++) {
      assert(tries < 1000, "isotprecv does not listen");
      await delay(50);
    }
    await socket.send(bytes);
    assertEquals((await receiver.line())?.trim(), text);
    await using sender = spawn("isotpsend", ["-s", "7e8", "-d", "7e0", "vcan0"]);
    const receiving = socket.receive(WAIT);
    sender.write(text);
    sender.closeInput();
    assertEquals((await receiving).data, bytes);
  },
);

guestTest("IsotpSocket takes 29 bits, CAN FD, padding and flow control", { needs: [] }, async () => {
  const options = {
    flags: C.CAN_ISOTP_TX_PADDING,
    frameTime: 0,
    extendedAddress: 0,
    txPadding: 0xaa,
    rxPadding: 0,
    rxExtendedAddress: 0,
  };
  const open = (txId: number, rxId: number): IsotpSocket =>
    IsotpSocket.open({
      interface: "vcan0",
      txId,
      rxId,
      configure: (socket) => {
        socket.set(CAN_ISOTP_OPTS, options);
        socket.set(CAN_ISOTP_RECV_FC, { blockSize: 8, separationTime: 0, maxWaits: 0 });
        socket.set(CAN_ISOTP_LL_OPTS, { mtu: 72, dataLength: 64, flags: C.CANFD_BRS });
      },
    });
  using left = open(0x18da10f1, 0x18daf110);
  using right = open(0x18daf110, 0x18da10f1);
  assertEquals(left.socket.get(CAN_ISOTP_OPTS).txPadding, 0xaa);
  assertEquals(left.socket.get(CAN_ISOTP_RECV_FC).blockSize, 8);
  assertEquals(left.socket.get(CAN_ISOTP_LL_OPTS), { mtu: 72, dataLength: 64, flags: C.CANFD_BRS });
  const bytes = crypto.getRandomValues(new Uint8Array(4000));
  const [{ data }] = await Promise.all([right.receive(WAIT), left.send(bytes)]);
  assertEquals(data, bytes);
  await assertRejects(() => left.send(bytes, { addr: { interfaceIndex: 1 } }), TypeError, "to an address");
  assertThrows(
    () => IsotpSocket.open({ interface: "vcan0", txId: 2 ** 29, rxId: 1 }),
    RangeError,
    "identifier must be 0 to 536870911",
  );
});

guestTest("J1939Socket speaks to all, where it may, and filters by sender", { needs: ["python3"] }, async () => {
  using to = J1939Socket.open({
    interface: "vcan0",
    address: 0x11,
    broadcast: true,
    filters: [{ address: { value: 0x22, mask: 0xff } }],
  });
  using quiet = J1939Socket.open({ interface: "vcan0", address: 0x12 });
  const denied = await assertRejects(() => quiet.send(new Uint8Array(1), { addr: { pgn: 0xfeca } }));
  assertEquals((denied as { code?: string }).code, "EACCES");
  const program = `import socket
def of(address):
    s = socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_J1939)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.bind(("vcan0", socket.J1939_NO_NAME, socket.J1939_NO_PGN, address))
    return s
of(0x33).sendto(b"no", ("vcan0", socket.J1939_NO_NAME, 0xfeca, socket.J1939_NO_ADDR))
of(0x22).sendto(b"yes", ("vcan0", socket.J1939_NO_NAME, 0xfeca, socket.J1939_NO_ADDR))`;
  await using python = spawn("python3", ["-S", "-E", "-c", program]);
  const { data, addr } = await to.receive(WAIT);
  assertEquals([new TextDecoder().decode(data), addr.address, addr.pgn], ["yes", 0x22, 0xfeca]);
  assertEquals((await python.exit).code, 0);
});

guestTest("J1939Socket sends a message that is longer than the send buffer", { needs: [] }, async () => {
  using from = J1939Socket.open({ interface: "vcan0", address: 0x50 });
  using to = J1939Socket.open({ interface: "vcan0", address: 0x51 });
  from.socket.set(SO_SNDBUF, 4608);
  const bytes = crypto.getRandomValues(new Uint8Array(20_000));
  const addr = { address: 0x51, pgn: 0x12300 };
  const [{ data }, sent] = await Promise.all([to.receive(WAIT), from.send(bytes, { addr, ...WAIT })]);
  assertEquals([sent, data], [20_000, bytes]);
});

guestTest("J1939Socket sends to j1939cat, and receives from it, more than a frame takes", {
  needs: ["run", "write"],
}, async () => {
  const text = "J1939 ".repeat(50).trim();
  await using receiver = spawn("j1939cat", ["vcan0:0x90", "-r"]);
  using socket = J1939Socket.open({ interface: "vcan0", address: 0x80 });
  let hasHeard = false;
  const line = receiver.line().finally(() => hasHeard = true);
  while (!hasHeard) { // until it listens: to none, only the first frame is sent, which a later call may tell
    await socket.send(new TextEncoder().encode(`${text}\n`), { addr: { address: 0x90, pgn: 0x12300 } }).catch(() => {});
    await Promise.race([line, delay(2000)]);
  }
  assertEquals(await line, text);
  receiver.kill();
  await receiver.exit;

  using dir = tempDir();
  writeFileSync(`${dir.path}/text`, text);
  using to = J1939Socket.open({ interface: "vcan0", address: 0x90 });
  const receiving = to.receive(WAIT);
  await using sender = spawn("j1939cat", ["-i", `${dir.path}/text`, "vcan0:0x80", ":0x90,0x12300"]);
  const { data, addr } = await receiving;
  assertEquals([new TextDecoder().decode(data), addr.address], [text, 0x80]);
  await sender.exit; // it exits with 1 in any case
});

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

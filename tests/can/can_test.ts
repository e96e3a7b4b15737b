import { BcmSocket, CAN_RAW_JOIN_FILTERS, CanSocket, type ReceivedCanFrame } from "../../can/mod.ts";
import { C } from "../../ffi/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assert, assertEquals, assertRejects, assertThrows, type Program, spawn } from "../runner/mod.ts";

const guestTest = guestTests(guestHas(C.AF_CAN, C.SOCK_RAW, C.CAN_RAW));
const needs = ["run"] as const;
const WAIT = { timeout: 20_000 };

guestTest("CanSocket sends to candump, and receives from cansend", { needs }, async () => {
  await using dump = await candump();
  using bus = CanSocket.open({ interface: "vcan0", fd: true, timestamps: true });
  await bus.send({ id: 0x123, data: Uint8Array.of(0xde, 0xad) });
  await bus.send({ id: 0x12345678, data: Uint8Array.of(1) });
  await bus.send({ id: 0x7, data: new Uint8Array(0), remote: true });
  await bus.send({ id: 0x7ff, data: new Uint8Array(10).fill(0xab), bitRateSwitch: true });
  const lines = [await dump.line(), await dump.line(), await dump.line(), await dump.line()];
  assertEquals(lines.map((line) => line?.split(" ").at(-1)), [
    "123#DEAD",
    "12345678#01",
    "007#R",
    "7FF##5ABABABABABABABABABAB0000",
  ]);
  await cansend("123#1122", "00000123#33", "1F334455#R", "213##311223344");
  const frames = [await bus.receive(WAIT), await bus.receive(WAIT), await bus.receive(WAIT), await bus.receive(WAIT)];
  assertEquals(frames.map(short), ["123 1122", "00000123 33", "1f334455 R", "213 fd brs esi 11223344"]);
  assertEquals(frames.map(({ local, own }) => [local, own]), Array(4).fill([true, false]));
  const age = Date.now() - Number((frames[0]?.timestamp ?? 0n) / 1_000_000n);
  assert(age >= 0 && age < 60_000, `${age} ms`);
});

guestTest("filters choose frames, also inverted and joined; without any none comes", { needs }, async () => {
  const open = (filters: { id: number; mask: number; inverted?: boolean }[], join = false): CanSocket =>
    CanSocket.open({ interface: "vcan0", filters, configure: (socket) => socket.set(CAN_RAW_JOIN_FILTERS, join) });
  using hundreds = open([{ id: 0x100, mask: 0x700 }]);
  using others = open([{ id: 0x100, mask: 0x700, inverted: true }]);
  using both = open([{ id: 0x100, mask: 0x700 }, { id: 0x123, mask: 0x7ff, inverted: true }], true);
  using none = open([]);
  await cansend("123#01", "234#02", "145#03");
  assertEquals([await hundreds.receive(WAIT), await hundreds.receive(WAIT)].map(short), ["123 01", "145 03"]);
  assertEquals(short(await others.receive(WAIT)), "234 02");
  assertEquals(short(await both.receive(WAIT)), "145 03");
  await assertRejects(() => none.receive({ timeout: 50 }), DOMException);
});

guestTest("receiveOwn and loopback tell whose frames are received", { needs: [] }, async () => {
  using own = CanSocket.open({ interface: "vcan0", receiveOwn: true });
  using other = CanSocket.open({ interface: "vcan0" });
  using silent = CanSocket.open({ interface: "vcan0", loopback: false });
  await silent.send({ id: 0x55, data: new Uint8Array(1) });
  await own.send({ id: 0x42, data: Uint8Array.of(9) });
  const [mine, theirs] = [await own.receive(WAIT), await other.receive(WAIT)];
  assertEquals([mine.id, mine.own, mine.local], [0x42, true, true]);
  assertEquals([theirs.id, theirs.own, theirs.local], [0x42, false, true]);
});

guestTest(
  "error frames come to whom asks for them, and one of CAN FD needs a socket for it",
  { needs: ["python3"] },
  async () => {
    using bus = CanSocket.open({ errors: C.CAN_ERR_MASK });
    const program = `import socket, struct
s = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
s.bind(("vcan0",))
s.send(struct.pack("=IB3x8s", socket.CAN_ERR_FLAG | 0x40, 8, bytes(8)))`;
    await using python = spawn("python3", ["-S", "-E", "-c", program]);
    const frame = await bus.receive(WAIT);
    assertEquals([frame.error, frame.id, frame.data.length], [true, 0x40, 8]);
    assert(frame.interfaceIndex > 0);
    await python.exit;
    using classic = CanSocket.open({ interface: "vcan0" });
    const error = await assertRejects(() => classic.send({ id: 1, data: new Uint8Array(64) }));
    assertEquals((error as { code?: string }).code, "EINVAL");
    await assertRejects(() => bus.send({ id: 1, data: new Uint8Array(1) }), Error, "ENXIO"); // on all interfaces
    assertThrows(() => CanSocket.open({ interface: "nosuch" }), Error, "ENODEV");
  },
);

guestTest("BcmSocket sends again and again, and tells of changes and of silence", { needs }, async () => {
  await using dump = await candump();
  using manager = await BcmSocket.connect({ interface: "vcan0" });
  await manager.sendEvery(50, [{ id: 0x321, data: Uint8Array.of(1) }]);
  for (let i = 0; i < 3; i++) assertEquals((await dump.line())?.split(" ").at(-1), "321#01");
  await manager.stop(0x321);
  await manager.watch({ id: 0x444, mask: Uint8Array.of(0xf0), timeout: 5000 });
  await cansend("444#10", "444#11", "444#20");
  const changes = [await manager.receive(WAIT), await manager.receive(WAIT), await manager.receive(WAIT)];
  assertEquals(changes.map(({ opcode, id }) => [opcode, id]), [
    [C.RX_CHANGED, 0x444],
    [C.RX_CHANGED, 0x444],
    [C.RX_TIMEOUT, 0x444],
  ]);
  assertEquals(changes[1]?.frames[0]?.data, Uint8Array.of(0x20));
  await manager.unwatch(0x444);
  await assertRejects(() => manager.stop(0x321), Error, "EINVAL"); // it has ended
  const sent = [{ id: 0x12, data: Uint8Array.of(2), extended: true }, {
    id: 0x13,
    data: new Uint8Array(1),
    remote: true,
  }];
  for (const frame of sent) {
    await manager.sendEvery(50, [frame]);
    const line = frame.remote ? "013#R1" : "00000012#02";
    for (let shown = await dump.line(); shown?.split(" ").at(-1) !== line; shown = await dump.line()) {
      assert(shown !== undefined, "candump has ended");
    }
    await manager.stop(frame.id);
  }
});

const skipOn = { node: "it starts Deno", bun: "it starts Deno" };
guestTest("candump.ts shows what candump does", { needs, skipOn, timeout: 120_000 }, async () => {
  await using theirs = await candump();
  const program = ["run", "-A", "--no-check", "examples/candump.ts", "--errors", "vcan0"];
  await using ours = spawn("deno", program, { env: { NO_COLOR: "1" } });
  let hasHeard = false;
  void ours.line().then(() => hasHeard = true);
  while (!hasHeard) { // until it listens
    await cansend("001#");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await cansend("7FE#AA");
  const until = async (dump: Program, end: string): Promise<void> => {
    for (let next = await dump.line(); !next?.endsWith(end); next = await dump.line()) assert(next !== undefined, end);
  };
  await Promise.all([until(theirs, " 7FE#AA"), until(ours, " 7FE#AA")]);
  await cansend("123#1122", "00000123#33", "1F334455#R", "213##311223344", "7FF#");
  for (let i = 0; i < 5; i++) {
    const [shown, expected] = [await ours.line(), await theirs.line()];
    assertEquals(shown?.replace(/^\(\d+\.\d{6}\)/, ""), expected?.replace(/^\(\d+\.\d{6}\)/, ""));
  }
});

/** Starts candump, and waits until it listens. */
async function candump(): Promise<Program> {
  const dump = spawn("candump", ["-L", "vcan0"]);
  using bus = CanSocket.open({ interface: "vcan0" });
  let hasHeard = false;
  const first = dump.line().finally(() => hasHeard = true);
  while (!hasHeard) {
    await bus.send({ id: 0, data: new Uint8Array(0) });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await bus.send({ id: 1, data: new Uint8Array(0) });
  for (let line = await first; !line?.endsWith(" 001#"); line = await dump.line()) {
    assert(line !== undefined, "candump has ended");
  }
  return dump;
}

/** Sends frames in the notation of can-utils. */
async function cansend(...frames: string[]): Promise<void> {
  for (const frame of frames) {
    await using program = spawn("cansend", ["vcan0", frame]);
    assertEquals((await program.exit).code, 0);
  }
}

function short(frame: ReceivedCanFrame): string {
  const id = frame.id.toString(16).padStart(frame.extended ? 8 : 3, "0");
  const kinds = `${frame.fd ? "fd " : ""}${frame.bitRateSwitch ? "brs " : ""}${frame.errorPassive ? "esi " : ""}`;
  const data = Array.from(frame.data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${id} ${kinds}${frame.remote ? "R" : data}`;
}

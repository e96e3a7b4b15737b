import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { setSpinTime, Socket } from "../../socket/mod.ts";
import { assert, assertThrows, test } from "../runner/mod.ts";

test("setSpinTime() refuses what is no time", () => {
  for (const time of [-1, NaN, Infinity]) assertThrows(() => setSpinTime(time), RangeError);
});

test("setSpinTime() bounds how long an idle wait keeps the processor busy", async () => {
  try {
    const [parked, bounded] = [await busy(0), await busy(50)];
    // The poller spins only where that pays, so it may not spin at all; and never longer than it was told.
    assert(parked < 50 && bounded < 110, `${parked} ms of processor time parked, ${bounded} ms with 50 ms to spin`);
  } finally {
    setSpinTime(0.05);
  }
});

/** Milliseconds of processor time that 200 ms of waiting take. */
async function busy(spin: number): Promise<number> {
  setSpinTime(spin);
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  const before = cpuTime();
  const read = right.read(new Uint8Array(1));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const time = cpuTime() - before;
  left.close();
  await read;
  right.close();
  return time;
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

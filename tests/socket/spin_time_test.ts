import { setSpinTime } from "../../socket/mod.ts";
import { SpinHistory } from "../../socket/polling/spin_history.ts";
import { assert, assertEquals, assertThrows, spawnScript, test } from "../runner/mod.ts";

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

test("setSpinTime() refuses an invalid time", () => {
  for (const time of [-1, NaN, Infinity]) assertThrows(() => setSpinTime(time), RangeError);
});

// A separate program, which has not learned yet that spinning does not pay.
test("setSpinTime() sets how long an idle wait keeps the processor busy", { needs: ["run", "env"] }, async () => {
  await using program = spawnScript(`
    import process from "node:process";
    import { C } from "${FFI}";
    import { setSpinTime, Socket } from "${SOCKET}";
    const cpuTime = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
    const busy = async (spin) => {
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
    };
    await busy(0); // the runtime's one-time work is done then
    // Other programs of a busy machine only take time from one that spins: the best attempt counts.
    for (let attempt = 0; attempt < 5; attempt++) {
      const [parked, spinning] = [await busy(0), await busy(150)];
      if (spinning > parked + 25 || attempt === 4) {
        console.log(JSON.stringify([parked, spinning]));
        break;
      }
    }
  `);
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  const [parked, spinning] = JSON.parse(stdout);
  assert(spinning > parked + 25, `${parked} ms of processor time parked, ${spinning} ms spinning`);
});

test("SpinHistory stops spinning when it does not pay, and resumes after short gaps, each time later", () => {
  const history = new SpinHistory();
  assert(history.pays);
  for (let i = 0; i < 100; i++) history.met();
  for (let i = 0; i < 2; i++) history.missed();
  assert(history.pays, "two misses among many hits");
  while (history.pays) history.missed();
  const shortGapsUntilBack = (): number => {
    for (let gaps = 0;; gaps++) {
      if (history.pays) return gaps;
      history.woke(true);
    }
  };
  const first = shortGapsUntilBack();
  while (history.pays) history.missed();
  const second = shortGapsUntilBack();
  assert(first > 0 && second > first, `${first}, then ${second} short gaps`);
  while (history.pays) history.missed();
  for (let i = 0; i < 1000; i++) history.woke(i % 3 === 0);
  assert(!history.pays, "long gaps between");
});

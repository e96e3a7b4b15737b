/** Puts more into a durable dictionary than its file may take, and says what came of each call. */
import process from "node:process";
import { dictionary } from "../../rpc/mod.ts";

const store = dictionary({ file: process.argv.at(-1) ?? "" });
await say(() => store.PUT({ obj: "a", val: 1 }));
await say(() => store.PUT({ obj: "b", val: "x".repeat(200_000) }));
await say(() => store.PUT({ obj: "c", val: 1 }));
await say(() => store.GET({ obj: "b" }));
await say(() => store.GET({ obj: "a" }));

async function say(call: () => unknown): Promise<void> {
  try {
    await call();
    console.log("ok");
  } catch (error) {
    console.log(/too large/i.exec(String(error))?.[0] ?? error);
  }
}

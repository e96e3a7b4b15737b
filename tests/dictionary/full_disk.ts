/** Puts more into a dictionary than its file may hold, and prints the result of each call. */
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { type Dictionary, dictionary, sqliteStore } from "../../dictionary/mod.ts";

const file = process.argv.at(-1) ?? "";
const store = open();
if (store !== undefined) {
  await say(() => store.PUT({ obj: "a", val: 1 }));
  await say(() => Promise.all(["b", "a"].map((obj) => store.PUT({ obj, val: "x".repeat(400_000) }))));
  await say(async () => (await store.GET({ obj: "b" })).val);
  await say(async () => (await store.GET({ obj: "a" })).val);
  await say(() => store.PUT({ obj: "a", val: 2 })); // there is room for this
  await say(async () => (await store.GET({ obj: "a" })).val);
}

function open(): Dictionary | undefined {
  try {
    return dictionary(sqliteStore(file));
  } catch (error) {
    console.log(reasonOf(error));
    const links = readdirSync("/proc/self/fd").map((fd) => `/proc/self/fd/${fd}`).map(target);
    console.log(`${links.filter((link) => link.includes(file)).length} descriptors`);
    return undefined;
  }
}

async function say(call: () => unknown): Promise<void> {
  try {
    const result = await call();
    console.log(typeof result === "object" && result !== null ? "ok" : JSON.stringify(result));
  } catch (error) {
    console.log(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  return /full|disk I\/O error/.exec(String(error))?.[0] ?? String(error);
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ""; // closed since the folder was read
  }
}

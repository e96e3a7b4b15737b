/**
 * `sqlite_writer FILE KEYS BYTES`: puts 400 names into a dictionary when told to, prints which were accepted, and ends
 * with its input.
 */
import process from "node:process";
import { dictionary, sqliteStore } from "../../dictionary/mod.ts";

const [file = "", maxKeys, maxBytes] = process.argv.slice(-3);
const words = dictionary(sqliteStore(file, { maxKeys: Number(maxKeys), maxBytes: Number(maxBytes) }));
console.log("ready");
process.stdin.once("data", async () => {
  const taken: string[] = [];
  for (let i = 0; i < 400; i++) {
    const obj = `theirs${i}`;
    await Promise.resolve().then(() => words.PUT({ obj, val: obj })).then(() => taken.push(obj), () => {});
  }
  await words[Symbol.asyncDispose]();
  console.log(JSON.stringify(taken));
});

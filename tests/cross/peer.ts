/**
 * One end of the cross-runtime tests. `serve` prints a line of JSON, the addresses by the family's name, and serves until
 * its standard input ends; then it must end by itself. `call` takes that line as its argument, and prints a line of JSON:
 * by the family's name `"ok"`, or what went wrong.
 *
 * @module
 */
import process from "node:process";
import { FAMILIES } from "./families.ts";

const [mode, line = "{}"] = process.argv.slice(2);
if (mode === "serve") {
  const served = FAMILIES.map((family) => ({ name: family.name, ...attempt(() => family.serve()) }));
  console.log(JSON.stringify(Object.fromEntries(served.map(({ name, address }) => [name, address]))));
  process.stdin.on("end", () => {
    for (const { close } of served) close();
  }).resume();
} else {
  const addresses: Record<string, unknown> = JSON.parse(line);
  const results: Record<string, string> = {};
  for (const { name, call } of FAMILIES) {
    const address = addresses[name];
    results[name] = typeof address === "string" ? address : await call(address).then(() => "ok", (error) => `${error}`);
  }
  console.log(JSON.stringify(results));
}

/** A family that cannot be served here has the reason for its address. */
function attempt(serve: () => { address: unknown; close(): void }): { address: unknown; close(): void } {
  try {
    return serve();
  } catch (error) {
    return { address: String(error), close: () => {} };
  }
}

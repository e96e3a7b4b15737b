import { readFileSync } from "node:fs";
import { dictionary } from "../../dictionary/mod.ts";
import { RpcServer } from "../../rpc/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";
import { concat } from "./frames.ts";
import { writeAll } from "./raw_conn.ts";

const SOURCES = "it reads the sources, which the package lacks";

test("RpcServer answers the call of docs/protocol.md with its reply, byte by byte", {
  needs: ["read"],
  skipOn: { node: SOURCES, bun: SOURCES },
}, async () => {
  const [call, reply] = ["call", "reply"].map(bytesOf);
  const words = dictionary();
  await words.PUT({ obj: "a", val: 1 });
  const [left, right] = socketPair("stream");
  const listening = Promise.withResolvers<never>();
  const conns = [left];
  const server = RpcServer.serve(
    {
      accept: () => conns.length > 0 ? Promise.resolve(conns.shift()!) : listening.promise,
      close: () => listening.reject(new Error("closed")),
    },
    words,
    { byteOrder: "little" },
  );
  await writeAll(right, call!);
  await right.closeWrite();
  const received: Uint8Array[] = [];
  for (;;) {
    const buffer = new Uint8Array(1000);
    const count = await right.read(buffer);
    if (count === null) break;
    received.push(buffer.subarray(0, count));
  }
  assertEquals(concat(...received), reply);
  right.close();
  await server.shutdown();
});

/** The bytes of a block of the document, each line with its hexadecimal digits first. */
function bytesOf(name: string): Uint8Array {
  const text = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const lines = text.split(`\`\`\`text\n${name}\n`)[1]?.split("```")[0]?.trim().split("\n") ?? [];
  const digits = lines.map((line) => /^(?:[0-9a-f]{2} ?)+/.exec(line)?.[0] ?? "").join(" ").trim().split(/\s+/);
  return Uint8Array.from(digits, (byte) => parseInt(byte, 16));
}

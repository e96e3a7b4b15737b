import { deno } from "../peers/deno_program.ts";
import { assertEquals, onDeno } from "../runner/mod.ts";

const test = onDeno("it starts Deno");

test("a message that waits keeps its memory through garbage collections", { needs: ["run", "env"] }, async () => {
  await using program = deno(
    `
    import { Socket } from "${new URL("../../socket/mod.ts", import.meta.url)}";
    function litter() {
      for (let i = 0; i < 3; i++) {
        gc();
        for (let k = 0; k < 20_000; k++) new Uint8Array(1 + k % 64).fill(0x58);
      }
    }
    const [left, right] = Socket.pair(1, 2);
    // Received: buffers that only the operation holds when the message comes.
    const parts = (n) => [new Uint8Array(3), new Uint8Array(5), new Uint8Array(60)].slice(0, n);
    const results = [];
    const waits = [1, 2, 3].map((n) => {
      const buffers = parts(n);
      return right.recvmsg({ buffers, controlLength: 32 }).then(({ length }) =>
        results.push([length, buffers.map((bytes) => new TextDecoder().decode(bytes)).join("|")])
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    litter();
    for (const text of ["abc", "abcdefgh", "0123456789"]) await left.send(new TextEncoder().encode(text));
    await Promise.all(waits);
    for (const [length, text] of results) console.log(length, text.replaceAll("\\0", ""));
    // Sent: small arrays made for the call, which waits for room.
    const sent = [];
    for (let i = 0; i < 400; i++) {
      sent.push(left.sendmsg({ buffers: [new TextEncoder().encode(String(i)), new Uint8Array([0x2e])] }));
    }
    litter();
    const buffer = new Uint8Array(16);
    let right_ones = 0;
    for (let i = 0; i < 400; i++) {
      const n = await right.recv(buffer);
      if (new TextDecoder().decode(buffer.subarray(0, n)) === i + ".") right_ones++;
      if (i % 100 === 0) litter();
    }
    await Promise.all(sent);
    console.log(right_ones);
    left.close();
    right.close();
    `,
    { v8: ["--expose-gc"] },
  );
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout], [0, "3 abc\n8 abc|defgh\n10 012|34567|89\n400\n"], stderr);
});

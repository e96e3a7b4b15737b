import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, onDeno } from "../runner/mod.ts";

const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

const FFI = new URL("../../ffi/mod.ts", import.meta.url);
const test = onDeno("it starts Deno");

// strace injects the answers of families that this kernel lacks: the call is not made, and errno is set.
function injected(name: string, inject: string, source: string, check: (out: string, trace: string) => void): void {
  test(name, { needs: ["strace"] }, async () => {
    const calls = inject.slice(0, inject.indexOf(":"));
    const under = ["strace", "-f", "-e", `trace=${calls}`, "-e", `inject=${inject}`];
    await using program = deno(
      `import { C } from "${FFI}"; import { MessageBatch, Socket } from "${SOCKET}";
const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
const data = new Uint8Array([1]);
${source}`,
      { under },
    );
    const late = setTimeout(() => program.kill(), 20_000);
    const { code, stdout, stderr } = await program.exit;
    clearTimeout(late);
    assertEquals(code, 0, stderr.slice(-2000));
    check(stdout, stderr);
  });
}

/** How many calls had a flag, and how many did not. */
function count(trace: string, call: string, flag: string): [having: number, lacking: number] {
  const lines = trace.split("\n").filter((line) => line.includes(`${call}(`));
  const having = lines.filter((line) => line.includes(flag)).length;
  return [having, lines.length - having];
}

for (const error of ["EOPNOTSUPP", "EINVAL"]) {
  const SENDS: [call: string, send: string][] = [
    ["sendto", "left.send(data)"],
    ["sendto", "left.write(data)"],
    ["sendmsg", "left.sendmsg({ buffers: [data] })"],
    ["sendmmsg", "left.sendmmsg(batchOf(data))"],
  ];
  for (const [call, send] of SENDS) {
    injected(
      `${send} goes without MSG_NOSIGNAL where ${error} refuses it, and from then on`,
      `${call}:error=${error}:when=1`,
      `function batchOf(data) { const b = new MessageBatch({ capacity: 1, size: 8 }); b.push(data); return b; }
for (let i = 0; i < 3; i++) console.log(await ${send}, await right.recv(new Uint8Array(8)));`,
      (out, trace) => {
        assertEquals(out, "1 1\n".repeat(3));
        assertEquals(count(trace, call, "MSG_NOSIGNAL"), [1, 3], trace);
      },
    );
  }
  injected(
    `a receive that fails by ${error} is not made again where the family takes MSG_CMSG_CLOEXEC`,
    `recvmsg:error=${error}:when=1`,
    `await left.send(data);
console.log(await right.recvmsg({ buffers: [new Uint8Array(8)] }).catch((error) => error.code));
console.log((await right.recvmsg({ buffers: [new Uint8Array(8)] })).length);`,
    (out, trace) => {
      assertEquals(out, `${error}\n1\n`);
      assertEquals(count(trace, "recvmsg", "MSG_CMSG_CLOEXEC"), [2, 0], trace);
    },
  );
}

const INTERRUPTED: [call: string, run: string][] = [
  ["recvfrom", "right.read(data)"],
  ["recvfrom", "right.recv(data)"],
  ["recvfrom", "right.recvfrom(data)"],
  ["recvmsg", "right.recvmsg({ buffers: [data] })"],
  ["sendto", "left.write(data)"],
  ["sendto", "left.send(data)"],
  ["sendmsg", "left.sendmsg({ buffers: [data] })"],
];
for (const [call, run] of INTERRUPTED) {
  injected(
    `${run} keeps to its timeout where ${call}() answers EINTR for ever`,
    `${call}:error=EINTR`,
    `const end = await ${run.slice(0, -1)}, { timeout: 100 }).catch((error) => error.name);
console.log(end);
Deno.exit(0);`,
    (out) => assertEquals(out, "TimeoutError\n"),
  );
}

injected(
  "an error that has another reason than the added flag is the call's own, and the flag stays",
  "sendto:error=EINVAL:when=1..2",
  `console.log(await left.send(data).catch((error) => error.code));
console.log(await left.send(data));`,
  (out, trace) => {
    assertEquals(out, "EINVAL\n1\n");
    assertEquals(count(trace, "sendto", "MSG_NOSIGNAL"), [2, 1], trace);
  },
);

for (const error of ["ECONNABORTED", "EINTR", "EPROTO"]) {
  injected(
    `accept() keeps to its timeout where the kernel answers ${error} for ever`,
    `accept4:error=${error}`,
    `const listener = Socket.open(C.AF_UNIX, C.SOCK_STREAM);
listener.bind(new Uint8Array([1, 0]));
listener.listen(1);
let ticks = 0;
const timer = setInterval(() => ticks++, 10);
const end = await listener.accept({ timeout: 1500 }).catch((error) => error);
clearInterval(timer);
console.log(/time/i.test(end.message), ticks > 10);`,
    (out, trace) => {
      assertEquals(out, "true true\n");
      const [, tries] = count(trace, "accept4", "no flag");
      assert(tries > 1 && tries < 2000, `${tries} tries`);
    },
  );
}

import { C } from "../../ffi/mod.ts";
import { UdpSocket } from "../../inet/mod.ts";
import { assembleBpf } from "../../packet/mod.ts";
import { poll, SO_ATTACH_FILTER, SO_DETACH_FILTER, Socket } from "../../socket/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertThrows, test } from "../runner/mod.ts";

/** Filters that together use every instruction that tcpdump generates. */
const FILTERS = [
  "ip and tcp port 80",
  "tcp[13] & 2 != 0",
  "udp and len > 100 or arp",
  "ip6 host ::1 and not icmp6",
  "greater 1000 and portrange 20-2000",
  "vlan 5 and ip",
  "ether[0] & 1 = 0 and ip[16] >= 224",
  "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
  "ip[2:2] - ((ip[0] & 0xf) << 2) * 3 / 2 % 7 > 5 ^ 3 | 1",
];

type Decoded = [code: number, jt: number, jf: number, k: number][];

function decoded(program: Uint8Array<ArrayBuffer>): Decoded {
  const view = new DataView(program.buffer);
  return Array.from({ length: program.length / 8 }, (_, i) => [
    view.getUint16(i * 8, true),
    view.getUint8(i * 8 + 2),
    view.getUint8(i * 8 + 3),
    view.getUint32(i * 8 + 4, true),
  ]);
}

test("assembleBpf() turns the output of `tcpdump -d` into that of `tcpdump -ddd`", {
  needs: ["tcpdump"],
}, async () => {
  for (const filter of FILTERS) {
    const [text, numbers] = await Promise.all(
      ["-d", "-ddd"].map((flag) => runProgram("tcpdump", ["-O", flag, "-y", "EN10MB", filter])),
    );
    const theirs = numbers?.trim().split("\n").slice(1).map((line) => line.split(" ").map(Number));
    assertEquals(decoded(assembleBpf(text ?? "")), theirs, filter);
  }
});

test("assembleBpf() knows every instruction of x/net/bpf, by the numbers of <linux/filter.h>", () => {
  // The texts are those of the types in Go's x/net/bpf, in the order of its documentation.
  const program: [text: string, ...numbers: Decoded[number]][] = [
    ["ld #42", 0x00, 0, 0, 42],
    ["ldx #42", 0x01, 0, 0, 42],
    ["ld M[3]", 0x60, 0, 0, 3],
    ["ldx M[15]", 0x61, 0, 0, 15],
    ["ldb [42]", 0x30, 0, 0, 42],
    ["ldh [42]", 0x28, 0, 0, 42],
    ["ld [42]", 0x20, 0, 0, 42],
    ["ldb [x + 42]", 0x50, 0, 0, 42],
    ["ldh [x + 42]", 0x48, 0, 0, 42],
    ["ld [x + 42]", 0x40, 0, 0, 42],
    ["ldx 4*([42]&0xf)", 0xb1, 0, 0, 42],
    ["ld #len", 0x80, 0, 0, 0],
    ["ld #proto", 0x20, 0, 0, 0xfffff000],
    ["ld #ifidx", 0x20, 0, 0, 0xfffff008],
    ["ld #cpu", 0x20, 0, 0, 0xfffff024],
    ["ld #vlan_tci", 0x20, 0, 0, 0xfffff02c],
    ["ld #rand", 0x20, 0, 0, 0xfffff038],
    ["st M[3]", 0x02, 0, 0, 3],
    ["stx M[3]", 0x03, 0, 0, 3],
    ["add #42", 0x04, 0, 0, 42],
    ["sub #42", 0x14, 0, 0, 42],
    ["mul #42", 0x24, 0, 0, 42],
    ["div #42", 0x34, 0, 0, 42],
    ["or #42", 0x44, 0, 0, 42],
    ["and #42", 0x54, 0, 0, 42],
    ["lsh #2", 0x64, 0, 0, 2],
    ["rsh #2", 0x74, 0, 0, 2],
    ["mod #42", 0x94, 0, 0, 42],
    ["xor #0x2a", 0xa4, 0, 0, 42],
    ["add x", 0x0c, 0, 0, 0],
    ["sub x", 0x1c, 0, 0, 0],
    ["mul x", 0x2c, 0, 0, 0],
    ["or x", 0x4c, 0, 0, 0],
    ["and x", 0x5c, 0, 0, 0],
    ["xor x", 0xac, 0, 0, 0],
    ["neg", 0x84, 0, 0, 0],
    ["ja 1", 0x05, 0, 0, 1],
    ["jeq #42,2,3", 0x15, 2, 3, 42],
    ["jneq #42,2", 0x15, 0, 2, 42],
    ["jlt #42,2", 0x35, 0, 2, 42],
    ["jle #42,2", 0x25, 0, 2, 42],
    ["jgt #42,2,3", 0x25, 2, 3, 42],
    ["jge #42,2,3", 0x35, 2, 3, 42],
    ["jset #42,2,3", 0x45, 2, 3, 42],
    ["jeq x,2,3", 0x1d, 2, 3, 0],
    ["jgt x,2", 0x2d, 2, 0, 0],
    ["tax", 0x07, 0, 0, 0],
    ["txa", 0x87, 0, 0, 0],
    ["ret a", 0x16, 0, 0, 0],
    ["ret #42", 0x06, 0, 0, 42],
  ];
  const text = program.map(([text]) => text).join("\n");
  assertEquals(decoded(assembleBpf(text)), program.map(([, ...numbers]) => numbers));
  using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  // The kernel checks each instruction, and that a memory word was stored before it is read.
  socket.set(SO_ATTACH_FILTER, assembleBpf(`st M[3]\nst M[15]\n${text}`));
});

test("the kernel filters by a program from assembleBpf()", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  // On UDP, a filter sees the 8-byte header and the data after it.
  socket.socket.set(
    SO_ATTACH_FILTER,
    assembleBpf(`
      ld #len
      jneq #11, drop        ; three bytes of data
      ldb [8]
      jset #1, keep, drop   ; the first of them odd
keep: ret #0xffffffff
drop: ret #0`),
  );
  for (const data of [[2, 0, 0], [3, 0], [5, 6, 7], [1, 2, 3, 4]]) {
    await socket.send(Uint8Array.from(data), { addr: socket.localAddr });
  }
  assertEquals((await socket.receive({ timeout: 2000 })).data, Uint8Array.of(5, 6, 7));
  assertEquals(await poll([{ socket }], { timeout: 20 }), []);
  socket.socket.set(SO_DETACH_FILTER, true);
});

test("assembleBpf() reports the line that is not an instruction", () => {
  const wrong = [
    ...["frob #1", "ld", "ld 5", "ld #", "ldh #5", "ld M[x]", "st #1", "ret", "ret M[0]", "jeq #1", "jeq #1,a,b,c"],
    ...["add", "neg #1", "tax x", "ja", "ld #weather", "ldx [4]", "jeq [4],0", "ja nowhere", "ld [x - 4]", "ld #1,2"],
  ];
  for (const text of wrong) {
    assertThrows(() => assembleBpf(`ret #0\n${text}\nret #0`), SyntaxError, "line 2 is not an instruction");
  }
  assertThrows(() => assembleBpf("a: ret #0\na: ret #0"), SyntaxError, "line 2 has the label a again");
  for (const program of [undefined, null, 5, new Uint8Array(8)] as never[]) {
    assertThrows(() => assembleBpf(program), TypeError, "the program must be a string: current value is");
  }
});

test("assembleBpf() refuses numbers and jumps that do not fit, and empty or too long programs", () => {
  for (const text of ["ld #4294967296", "ld M[16]", "st M[99]", "ldb [0x100000000]"]) {
    assertThrows(() => assembleBpf(`${text}\nret #0`), RangeError, "line 1 of BPF");
  }
  for (const text of ["jeq #1,1", "ja 1", "ja 4294967295", "jeq #1,0,9"]) {
    assertThrows(() => assembleBpf(`${text}\nret #0`), RangeError, "must jump forward");
  }
  assertThrows(() => assembleBpf("back: ld #0\nja back\nret #0"), RangeError, "must jump forward");
  const far = `jeq #1,far\n${"ld #0\n".repeat(256)}far: ret #0`;
  assertThrows(() => assembleBpf(far), RangeError, "over 255 at most");
  assertEquals(assembleBpf(far.replace("jeq #1,", "ja ")).length, 258 * 8);
  for (const text of ["", "; nothing", "ret #0\n".repeat(4097)]) {
    assertThrows(() => assembleBpf(text), RangeError, "1 to 4096 instructions");
  }
});

import { checkArgumentCount } from "../checks/argument_count.ts";
import { quoted } from "../checks/quoted.ts";
import { within } from "../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** An instruction of classic BPF, as a `struct sock_filter` has it. */
interface Instruction {
  code: number;
  jt?: number;
  jf?: number;
  k?: number;
}

// <linux/bpf_common.h>
const [LD, LDX, ST, STX, ALU, JMP, RET, MISC] = [0, 1, 2, 3, 4, 5, 6, 7];
const SIZES: Record<string, number> = { "": 0x00, h: 0x08, b: 0x10 };
const [IMM, ABS, IND, MEM, LEN, MSH] = [0x00, 0x20, 0x40, 0x60, 0x80, 0xa0];
const ALU_CODES: Record<string, number> = {
  ...{ add: 0x00, sub: 0x10, mul: 0x20, div: 0x30, or: 0x40, and: 0x50, lsh: 0x60, rsh: 0x70, mod: 0x90, xor: 0xa0 },
};
/** The jump, and whether it is the opposite of the kernel's own, whose two ways are then exchanged. */
const JUMPS: Record<string, [code: number, isOpposite: boolean]> = {
  ...{ jeq: [0x10, false], jneq: [0x10, true], jne: [0x10, true], jgt: [0x20, false], jle: [0x20, true] },
  ...{ jge: [0x30, false], jlt: [0x30, true], jset: [0x40, false] },
};
/** What the kernel knows about a packet besides its bytes: `SKF_AD_OFF` and `SKF_AD_*` of `<linux/filter.h>`. */
const EXTENSION_BASE = 0xfffff000;
const EXTENSIONS: Record<string, number> = {
  ...{ proto: 0, protocol: 0, type: 4, ifidx: 8, nla: 12, nlan: 16, mark: 20, queue: 24, hatype: 28, rxhash: 32 },
  ...{ cpu: 36, vlan_tci: 44, vlan_avail: 48, poff: 52, rand: 56, vlan_tpid: 60 },
};
const SINGLE: Record<string, number> = { neg: ALU | 0x80, tax: MISC, txa: MISC | 0x80 };
const REGISTERS = 16;
/** `BPF_MAXINSNS`. */
const MAX_LENGTH = 4096;
/** `sizeof(struct sock_filter)`. */
const SIZE = 8;

const LABEL = /^([a-z_]\w*):/;
const NUMBER = String.raw`(0x[0-9a-f]+|\d+)`;
/** The operands, in small letters and without spaces. */
const CONSTANT = new RegExp(`^#${NUMBER}$`);
const LENGTH = /^#?(?:len|pktlen)$/;
const EXTENSION = /^#(\w+)$/;
const REGISTER = new RegExp(String.raw`^m\[${NUMBER}\]$`);
const HEADER = new RegExp(String.raw`^4\*\(\[${NUMBER}\]&0xf\)$`);
const INDIRECT = new RegExp(String.raw`^\[%?x\+${NUMBER}\]$`);
const ABSOLUTE = new RegExp(String.raw`^\[${NUMBER}\]$`);
const X = /^%?x$/;
const A = /^%?a$/;

/**
 * Assembles a classic BPF program: the bytes that `SO_ATTACH_FILTER` takes. No permission is needed.
 *
 * One instruction per line, with the mnemonics of bpf_asm(1) and of Go's `x/net/bpf`; `;` begins a comment. Jumps name
 * labels, or how many instructions they skip. It also reads what `tcpdump -d` prints.
 *
 * | instruction                                                        | operands                                          |
 * | ------------------------------------------------------------------ | ------------------------------------------------- |
 * | `ld`, `ldh`, `ldb`: 4, 2, 1 bytes of the packet into A             | `[12]`, `[x + 12]`                                |
 * | `ld` into A, `ldx` into X                                          | `#5`, `M[3]`, `#len`; `ld`: `#proto`, `#cpu`, …   |
 * | `ldx` (or `ldxb`): the length of the header of IP into X           | `4*([14]&0xf)`                                    |
 * | `st` A, `stx` X                                                    | `M[3]`                                            |
 * | `add`, `sub`, `mul`, `div`, `mod`, `and`, `or`, `xor`, `lsh`, `rsh` | `#5`, `x`                                         |
 * | `neg`, `tax`, `txa`                                                |                                                   |
 * | `ja` (or `jmp`)                                                    | `label`, `3`                                      |
 * | `jeq`, `jneq`, `jgt`, `jge`, `jlt`, `jle`, `jset`                  | `#5,then,else`, `#5,then`, `x,then,else`          |
 * | `ret`: bytes of the packet that pass, 0 for none                   | `#5`, `a`, `x`                                    |
 *
 * ```c
 * struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };   // 0, 2, 3, 4; 8 bytes
 * ```
 *
 * @param program The text.
 * @returns 8 bytes for each instruction, in the byte order of this machine.
 * @throws {TypeError} If the program is not a string.
 * @throws {SyntaxError} If a line is not an instruction, or a label is missing or defined twice; the message has the
 * line number.
 * @throws {RangeError} If a number does not fit, a jump leads backwards or too far, or there are no instructions or
 * more than 4096.
 *
 * @see {@link https://docs.kernel.org/networking/filter.html | Linux socket filtering}
 *
 * @example Only IPv4 passes
 * ```ts
 * import { assembleBpf, PacketSocket } from "@berkeley/sockets/packet";
 * import { SO_ATTACH_FILTER } from "@berkeley/sockets/socket";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const program = assembleBpf(`
 *   ldh [12]            ; the type of the frame of Ethernet
 *   jeq #0x800, ip, no
 * ip: ret #65535
 * no: ret #0
 * `);
 * assertEquals(program.length, 4 * 8);
 * try {
 *   using socket = PacketSocket.open({ interface: "lo" });
 *   socket.socket.set(SO_ATTACH_FILTER, program);
 * } catch (error) {
 *   assert(error instanceof Error && error.message.includes("CAP_NET_RAW"), String(error));
 * }
 * ```
 */
export function assembleBpf(program: string): Uint8Array<ArrayBuffer> {
  checkArgumentCount("call assembleBpf", arguments.length, "program");
  if (typeof program !== "string") {
    throw new TypeError(`Cannot assemble BPF as the program must be a string: current value is ${quoted(program)}`);
  }
  const labels = new Map<string, number>();
  const lines: { line: number; text: string }[] = [];
  for (const [i, content] of program.split("\n").entries()) {
    let text = content.replace(/;.*/, "").replace(/^\s*\(\d+\)/, "").trim().toLowerCase();
    for (let label = LABEL.exec(text); label !== null; label = LABEL.exec(text)) {
      const [all, name = ""] = label;
      if (labels.has(name)) throw new SyntaxError(`Cannot assemble BPF as line ${i + 1} has the label ${name} again`);
      labels.set(name, lines.length);
      text = text.slice(all.length).trim();
    }
    if (text !== "") lines.push({ line: i + 1, text });
  }
  if (lines.length === 0 || lines.length > MAX_LENGTH) {
    throw new RangeError(
      `Cannot assemble BPF as there must be 1 to ${MAX_LENGTH} instructions: current number is ${lines.length}`,
    );
  }
  const view = new DataView(new ArrayBuffer(lines.length * SIZE));
  for (const [at, { line, text }] of lines.entries()) {
    const { code, jt = 0, jf = 0, k = 0 } = instruction(line, text, (target, isFar) => {
      const skipped = distance(target, at, labels);
      if (Number.isNaN(skipped)) throw fault(line, text);
      const most = isFar ? 0xffffffff : 0xff;
      if (skipped < 0 || skipped > most || at + 1 + skipped >= lines.length) {
        throw new RangeError(
          `Cannot assemble BPF as line ${line} must jump forward to an instruction, over ${most} at most: current value is ${
            quoted(target)
          }`,
        );
      }
      return skipped;
    });
    view.setUint16(at * SIZE, code, HOST_LITTLE_ENDIAN);
    view.setUint8(at * SIZE + 2, jt);
    view.setUint8(at * SIZE + 3, jf);
    view.setUint32(at * SIZE + 4, k, HOST_LITTLE_ENDIAN);
  }
  return new Uint8Array(view.buffer);
}

/** How many instructions a jump skips: the number that it has, or up to a label, or to the place that `tcpdump` names. */
function distance(target: string, at: number, labels: Map<string, number>): number {
  if (/^\d+$/.test(target)) return Number(target);
  const place = /^@\d+$/.test(target) ? Number(target.slice(1)) : labels.get(target);
  return place === undefined ? NaN : place - at - 1;
}

/** What a line means; `skips` returns how many instructions a jump skips. */
function instruction(line: number, text: string, skips: (target: string, isFar: boolean) => number): Instruction {
  // tcpdump: "jeq #0x800 jt 2 jf 5", with the numbers of instructions
  const plain = text.replace(/\s+jt\s+(\d+)\s+jf\s+(\d+)$/, ",@$1,@$2");
  const [, mnemonic = "", rest = ""] = /^(\w+)\s*(.*)$/.exec(plain) ?? [];
  const [operand = "", ...targets] = rest.replaceAll(/\s/g, "").split(",");
  const number = (pattern: RegExp, max = 0xffffffff): number | undefined => {
    const [, found] = pattern.exec(operand) ?? [];
    return found === undefined ? undefined : within(`assemble line ${line} of BPF`, "number", Number(found), max);
  };
  const jump = JUMPS[mnemonic];
  if (jump !== undefined && targets.length >= 1 && targets.length <= 2) {
    const [then, otherwise] = [skips(targets[0] ?? "", false), skips(targets[1] ?? "0", false)];
    const [jt, jf] = jump[1] ? [otherwise, then] : [then, otherwise];
    if (X.test(operand)) return { code: JMP | jump[0] | 0x08, jt, jf };
    const k = number(CONSTANT);
    if (k !== undefined) return { code: JMP | jump[0], jt, jf, k };
  }
  if (targets.length > 0) throw fault(line, text);
  const found = load(mnemonic, operand, number) ?? compute(mnemonic, operand, number);
  if (found !== undefined) return found;
  if ((mnemonic === "ja" || mnemonic === "jmp") && operand !== "") return { code: JMP, k: skips(operand, true) };
  throw fault(line, text);
}

type NumberOf = (pattern: RegExp, max?: number) => number | undefined;

/** What moves a value. */
function load(mnemonic: string, operand: string, number: NumberOf): Instruction | undefined {
  const [, size = "?"] = /^ld([hb]?)$/.exec(mnemonic) ?? [];
  const to = /^ldxb?$/.test(mnemonic) ? LDX : LD;
  if (size === "?" && to === LD) return undefined;
  const header = to === LDX ? number(HEADER) : undefined;
  if (header !== undefined) return { code: LDX | 0x10 | MSH, k: header };
  if (to === LD) {
    const [absolute, indirect] = [number(ABSOLUTE), number(INDIRECT)];
    if (absolute !== undefined) return { code: LD | (SIZES[size] ?? 0) | ABS, k: absolute };
    if (indirect !== undefined) return { code: LD | (SIZES[size] ?? 0) | IND, k: indirect };
  }
  if (mnemonic !== "ld" && mnemonic !== "ldx") return undefined;
  const [constant, register] = [number(CONSTANT), number(REGISTER, REGISTERS - 1)];
  if (constant !== undefined) return { code: to | IMM, k: constant };
  if (register !== undefined) return { code: to | MEM, k: register };
  if (LENGTH.test(operand)) return { code: to | LEN };
  const extension = to === LD ? EXTENSIONS[EXTENSION.exec(operand)?.[1] ?? ""] : undefined;
  return extension === undefined ? undefined : { code: LD | ABS, k: EXTENSION_BASE + extension };
}

/** What stores, computes, or ends. */
function compute(mnemonic: string, operand: string, number: NumberOf): Instruction | undefined {
  const alu = ALU_CODES[mnemonic];
  if (alu !== undefined && X.test(operand)) return { code: ALU | alu | 0x08 };
  if (alu !== undefined || mnemonic === "ret") {
    const k = number(CONSTANT);
    if (k !== undefined) return { code: alu === undefined ? RET : ALU | alu, k };
  }
  if (mnemonic === "ret" && A.test(operand)) return { code: RET | 0x10 };
  if (mnemonic === "ret" && X.test(operand)) return { code: RET | 0x08 };
  if (mnemonic === "st" || mnemonic === "stx") {
    const k = number(REGISTER, REGISTERS - 1);
    if (k !== undefined) return { code: mnemonic === "st" ? ST : STX, k };
  }
  const single = operand === "" ? SINGLE[mnemonic] : undefined;
  return single === undefined ? undefined : { code: single };
}

function fault(line: number, text: string): SyntaxError {
  return new SyntaxError(
    `Cannot assemble BPF as line ${line} is not an instruction: current value is ${quoted(text)}`,
  );
}

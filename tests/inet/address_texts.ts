import type { Random } from "./random.ts";

const NUMBERS = [0, 1, 7, 8, 9, 10, 127, 128, 255, 256, 999, 65535, 65536, 16777215, 16777216, 2 ** 31];
const HUGE = ["4294967295", "4294967296", "0xffffffff", "0x100000000", "037777777777", "040000000000"]
  .concat("18446744073709551615", "18446744073709551616", "99999999999999999999999", "0x", "0X", "00", "08", "0xg");
const TAILS = [" ", "\t", "\n", "\v", "\f", "\r", " tail", ".", "x", "%eth0", "/8", "\u00a0", "\u0660", "-", " \u00e9"];
const ALPHABET = [..."0123456789abcdefABCDEFgxX...:::%/ -+\t\u00e9"];

/** A text that is, or nearly is, an IPv4 address in one of the forms of inet_aton(3). */
export function ipv4Like(random: Random): string {
  const dotted = random.below(3) > 0;
  const parts = random.list(
    dotted && !random.once(10) ? 4 : 1 + random.below(5),
    () => dotted && !random.once(25) ? String(random.below(256)) : numberLike(random),
  );
  return disturbed(random, parts.join("."));
}

/** A text that is, or nearly is, an IPv6 address. */
export function ipv6Like(random: Random): string {
  const dotted = random.once(5);
  const whole = dotted ? 6 : 8;
  const gap = random.once(3);
  const count = random.once(15) ? random.below(10) : gap ? random.below(whole) : whole;
  const groups = random.list(count, () => hexLike(random));
  if (dotted) groups.push(random.list(4, () => random.below(256)).join("."));
  if (!gap) return disturbed(random, groups.join(":"));
  const at = random.below(groups.length + (dotted ? 0 : 1));
  return disturbed(random, `${groups.slice(0, at).join(":")}::${groups.slice(at).join(":")}`);
}

/** The bytes of an address, zeros and IPv4-mapped and -compatible forms far above chance. */
export function ipv6Bytes(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const zeros = random.below(256);
  for (let i = 0; i < 16; i++) {
    if ((zeros >> (i >> 1) & 1) === 0) bytes[i] = random.once(4) ? random.pick([0, 1, 15, 16, 255]) : random.below(256);
  }
  if (random.once(5)) bytes.fill(0, 0, random.pick([8, 10, 12, 14]));
  if (random.once(10)) bytes.fill(255, 10, 12);
  return bytes;
}

function numberLike(random: Random): string {
  if (random.once(6)) return random.pick(HUGE);
  const value = random.once(2) ? random.pick(NUMBERS) : random.below(300);
  return random.pick([`${value}`, `${value}`, `0${value.toString(8)}`, `0x${value.toString(16)}`, `0X0${value}`]);
}

function hexLike(random: Random): string {
  if (random.once(4)) return "0";
  if (random.once(60)) return random.pick(["", "00000", "10000", "g"]);
  const text = random.below(0x10000).toString(16).slice(random.below(4));
  return random.once(4) ? text.toUpperCase() : random.once(4) ? text.padStart(4, "0") : text;
}

/** The text with, half the time, some of its characters replaced, removed, doubled, exchanged or added. */
function disturbed(random: Random, text: string): string {
  if (random.once(12)) text += random.pick(TAILS);
  if (random.once(2)) return text;
  for (let times = 1 + random.below(2); times > 0; times--) {
    const at = random.below(text.length + 1);
    const end = at + random.below(3);
    const middle = random.pick([
      "",
      random.pick(ALPHABET),
      text.slice(at, end) + text.slice(at, end),
      text.slice(at, end) + random.pick(ALPHABET),
      [...text.slice(at, end)].reverse().join(""),
    ]);
    text = text.slice(0, at) + middle + text.slice(end);
  }
  return text;
}

import { formatIpv6, parseIpv6 } from "../../inet/mod.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, hex, test } from "../runner/mod.ts";
import { ipv6Bytes, ipv6Like } from "./address_texts.ts";
import { Random } from "./random.ts";

const COUNT = 100_000;
/** Python and Node take long for that many on a busy machine. */
const OPTIONS = { needs: ["python3"], timeout: 180_000 } as const;

// Before 3.13, str() writes the end of an IPv4-mapped address in hexadecimal; RFC 5952 (section 5) and 3.13 use dots.
const FORMAT = `
import sys, ipaddress
for line in sys.stdin:
    address = ipaddress.IPv6Address(bytes.fromhex(line))
    mapped = address.ipv4_mapped
    print(address if mapped is None else f"::ffff:{mapped}")
`;

// Ours refuses some zones that Python accepts, and treats a zone of digits as a number.
const PARSE = `
import sys, json, re, ipaddress
for line in sys.stdin:
    try:
        address = ipaddress.IPv6Address(json.loads(line))
        zone = address.scope_id or ""
        if re.search(r"[\\s/\\[\\]\\x00-\\x1f\\x7f-\\x9f]", zone): raise ValueError
        print(address.packed.hex(), int(zone) if re.fullmatch("[0-9]+", zone) else zone)
    except ValueError:
        print("refused")
`;

test("formatIpv6() writes what Python's ipaddress writes for 100,000 addresses", OPTIONS, async () => {
  const random = new Random();
  const addresses = random.list(COUNT, () => ipv6Bytes(random));
  const lines = await python(FORMAT, addresses.map(hex));
  assertEquals(lines.length, COUNT);
  for (const [i, bytes] of addresses.entries()) {
    if (formatIpv6(bytes) !== lines[i]) assertEquals(formatIpv6(bytes), lines[i], hex(bytes));
    if (hex(parseIpv6(formatIpv6(bytes)).bytes) !== hex(bytes)) throw new Error(`${hex(bytes)} is not kept`);
  }
});

test(
  "parseIpv6() takes what Python's ipaddress takes of 100,000 texts, zones included",
  OPTIONS,
  async () => {
    const random = new Random();
    const texts = random.list(COUNT, () => ipv6Like(random) + (random.once(5) ? zone(random) : ""));
    const lines = await python(PARSE, texts.map((text) => JSON.stringify(text)));
    assertEquals(lines.length, COUNT);
    let taken = 0;
    for (const [i, text] of texts.entries()) {
      const actual = answer(text);
      if (actual !== lines[i]) assertEquals(actual, lines[i], JSON.stringify(text));
      if (actual !== "refused") taken++;
    }
    console.log(`${taken} of ${COUNT} are addresses`);
    assert(
      taken > COUNT / 5 && taken < COUNT * 4 / 5,
      `${taken} of ${COUNT} texts are addresses: too one-sided to prove`,
    );
  },
);

function answer(text: string): string {
  try {
    const { bytes, zone, scopeId } = parseIpv6(text);
    return `${hex(bytes)} ${zone ?? scopeId ?? ""}`;
  } catch (error) {
    if (error instanceof SyntaxError) return "refused";
    throw error;
  }
}

function zone(random: Random): string {
  return random.pick(["%", "%eth0", "%0", "%1", "%4294967295", "%br-12.3", "%%", "%e%1", "%wl\u00e4n", "%3x", "%x3"]);
}

async function python(script: string, lines: string[]): Promise<string[]> {
  const output = await runProgram("python3", ["-X", "utf8", "-c", script], lines.join("\n"));
  return output.replace(/\n$/, "").split("\n");
}

import { leastLength } from "../../rpc/_least_length.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";

const LONG = "x".repeat(1000);

test("leastLength() finds long strings and arrays, and never more than JSON.stringify() writes", () => {
  const values = [
    LONG,
    [LONG, [LONG]],
    { a: LONG, b: { c: [LONG] } },
    new Array(1000).fill(0),
    Object.create({ inherited: LONG }),
    { toJSON: () => 1, long: LONG },
    new Date(0),
    [undefined, null, () => LONG],
    "\u0000\ud800é",
    {},
    [],
  ];
  for (const value of values) {
    const json = JSON.stringify(value);
    assert(leastLength(value) <= json.length, json.slice(0, 100));
  }
  assertEquals(leastLength({ a: LONG, b: { c: [LONG] } }), 2002);
  assertEquals(leastLength(new Array(1000).fill(0)), 2000);
});

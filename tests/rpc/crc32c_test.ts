import { crc32c } from "../../rpc/crc32c.ts";
import { assertEquals, test } from "../runner/mod.ts";

test("crc32c() gives the values of RFC 3720, appendix B.4", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assertEquals(crc32c(ascending), 0x46dd794e);
  assertEquals(crc32c(ascending.toReversed()), 0x113fdb5c);
  assertEquals(crc32c(new Uint8Array(0)), 0);
});

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { C } from "../../ffi/mod.ts";
import { SO_DOMAIN, SO_TYPE, Socket } from "../../socket/mod.ts";
import { guestHas, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { assertEquals, ignore, test } from "../runner/mod.ts";
import { NUMBERED } from "./by_number.ts";

const docs = fileURLToPath(new URL("../../docs/families.md", import.meta.url));

for (const { name, numbers, shown, pass } of NUMBERED) {
  const title = `${name} by its numbers: ${shown}`;
  if (!guestHas(C.AF_RDS, C.SOCK_SEQPACKET)) {
    ignore(title, NEEDS_GUEST);
    continue;
  }
  test(title, async () => {
    using socket = Socket.open(...numbers);
    assertEquals([socket.get(SO_DOMAIN), socket.get(SO_TYPE)], [numbers[0], numbers[1]]);
    await pass?.();
  });
}

const listing = "docs/families.md lists the families by number as they are tested";
if (guestHas(C.AF_RDS, C.SOCK_SEQPACKET)) {
  ignore(listing, "the guest has no documents");
} else {
  test(listing, {
    needs: ["read"],
    skipOn: { node: "it reads the sources, which are not here", bun: "it reads the sources, which are not here" },
  }, () => {
    const rows = [...readFileSync(docs, "utf8").matchAll(/^\| `([^`]+)` *\| ([^|]+?) *\| ([^|]+?) *\|$/gm)];
    const listed = rows.map(([, name, numbers, shown]) => [name, numbers, shown]);
    assertEquals(listed, NUMBERED.map(({ name, numbers, shown }) => [name, numbers.join(", "), shown]));
  });
}

import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { closeFd } from "../../ffi/mod.ts";
import { UnixConn } from "../../unix/mod.ts";
import { assertEquals, assertRejects, tempDir, test } from "../runner/mod.ts";
import { DescriptorStream } from "./descriptor_stream.ts";
import { startDbus } from "./servers.ts";

const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" };
const FILES = { path: "/files", interface: "org.example.Files", member: "Read" };

test("dbus-native makes 1,000 calls and passes descriptors through dbus-daemon, over our connections", {
  needs: ["net", "read", "write", "run", "env", "sys", "dbus-daemon"],
}, async () => {
  const { default: dbus } = await import("dbus-native");
  using dir = tempDir();
  const daemon = await startDbus(dir.path);
  const connect = async () =>
    dbus.createClient({ stream: new DescriptorStream(await UnixConn.connect({ path: `${dir.path}/bus` })) });

  const service = await connect();
  const read = (...args: unknown[]) => {
    const { fds = [] } = args.at(-1) as { fds?: number[] };
    const texts = fds.map((fd) => readFileSync(`/proc/self/fd/${fd}`, "utf8"));
    for (const fd of fds) closeFd(fd);
    return texts;
  };
  service.setMethodCallHandler(FILES.path, FILES.interface, FILES.member, [read, "as"]);
  const client = await connect();

  const ids = await Promise.all(Array.from({ length: 1000 }, () => client.invokeDbus<string>({ member: "GetId" })));
  assertEquals(new Set(ids).size, 1);
  assertEquals(ids[0]?.length, 32);

  await service.invokeDbus({ member: "RequestName", signature: "su", body: ["org.example.Files", 0] });
  for (let round = 0; round < 50; round++) {
    const texts = Array.from({ length: 1 + round % 5 }, (_, i) => `file ${i} of round ${round}`);
    const fds = texts.map((text, i) => {
      writeFileSync(`${dir.path}/${i}`, text);
      return openSync(`${dir.path}/${i}`, "r");
    });
    const call = { ...FILES, destination: "org.example.Files", signature: "ah", body: [fds.map((_, i) => i)], fds };
    assertEquals(await client.invoke<string[]>(call), texts);
    for (const fd of fds) closeSync(fd);
  }

  for (const { connection } of [service, client]) connection.on("error", () => {}); // the daemon goes
  await daemon[Symbol.asyncDispose]();
  await assertRejects(async () => await client.invoke({ ...BUS, member: "GetId" }));
  await using _again = await startDbus(dir.path);
  const later = await connect();
  assertEquals((await later.invokeDbus<string>({ member: "GetId" })).length, 32);
  for (const bus of [service, client, later]) bus.connection.end();
});

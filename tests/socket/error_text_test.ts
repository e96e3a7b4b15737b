import { UdpSocket } from "../../inet/mod.ts";
import { sendFile, Socket } from "../../socket/mod.ts";
import { C } from "../../ffi/mod.ts";
import { notifySystemd, socketPair, UnixDatagramSocket } from "../../unix/mod.ts";
import process from "node:process";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

const data = new Uint8Array(1);

test("UDP to a broadcast address without broadcast: true says what is missing", async () => {
  using socket = UdpSocket.bind();
  const addr = { hostname: "255.255.255.255", port: 9 };
  const SENDS = [
    () => socket.send(data, { addr }),
    () => socket.sendMessage({ data, addr }),
    () => socket.connect(addr),
  ];
  for (const send of SENDS) {
    const error = await assertRejects(send) as Error & { code: string; address: string };
    assertEquals([error.code, error.address], ["EACCES", "255.255.255.255:9"]);
    assert(error.message.includes("broadcast: true"), error.message);
  }
});

test("sendMessage() and notifySystemd() name the address in their errors", async () => {
  const name = `nobody ${crypto.randomUUID()}`;
  using unix = UnixDatagramSocket.open();
  await assertRejects(() => unix.sendMessage({ data, addr: { abstract: name } }), Error, `Cannot send to @${name}: `);
  using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  const far = { hostname: "255.255.255.255", port: 9 };
  await assertRejects(() => udp.sendMessage({ data, addr: far }), Error, "Cannot send to 255.255.255.255:9: ");
});

test("sendFile() of a socket says that it is not a file", async () => {
  const [left, right] = socketPair("stream");
  const error = await assertRejects(() => sendFile(left, right.socket.fd)) as Error & { code: string };
  assertEquals(error.code, "ESPIPE");
  assert(error.message.includes("it is a socket or a pipe, not a file"), error.message);
  left.close();
  right.close();
});

test("notifySystemd() sees NOTIFY_SOCKET as the program has set it", { needs: ["env"] }, async () => {
  const name = `notify ${crypto.randomUUID()}`;
  using manager = UnixDatagramSocket.bind({ abstract: name });
  process.env.NOTIFY_SOCKET = `@${name}`;
  try {
    assertEquals(await notifySystemd("READY=1"), true);
    assertEquals(new TextDecoder().decode((await manager.receive({ timeout: 5000 })).data), "READY=1");
    manager.close();
    await assertRejects(() => notifySystemd("READY=1"), Error, `Cannot send to @${name}: `);
  } finally {
    delete process.env.NOTIFY_SOCKET;
  }
  using raw = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  assert(raw.fd > 0);
});

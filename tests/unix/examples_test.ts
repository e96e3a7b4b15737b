import { UnixConn, UnixDatagramSocket, UnixSeqpacketConn } from "@berkeley/sockets/unix";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compileC } from "../peers/c_program.ts";
import { untilListening } from "../peers/until_listening.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  freePort,
  ignore,
  isRoot,
  onDeno,
  type Program,
  spawn,
  tempDir,
} from "../runner/mod.ts";

const test = onDeno("the examples are Deno programs");

const needs = ["read", "write", "env", "run"] as const;
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const CLIENT = fileURLToPath(new URL("document_client.py", import.meta.url));
const ANSWER = "13\nHello World!\n\n";
const SEND_LINES = ["SEND", "Sending Data", "Sending buffer of size: 13", "Sending contents of Buffer"];
const DOWN_LINES = ["DOWN", "Closing Program", "Sending buffer of size: 13", "Sending contents of Buffer"];

test("unix_seqpacket_server.ts and _client.ts do what the documentation says", { needs: [...needs] }, async () => {
  using dir = tempDir();
  await using server = example("unix_seqpacket_server", `${dir.path}/s`);
  await untilListening(`${dir.path}/s`);
  for (const command of [[], ["SEND"], ["DOWN"]]) {
    const { code, stdout } = await example("unix_seqpacket_client", `${dir.path}/s`, ...command).exit;
    assertEquals([code, stdout], [0, ANSWER]);
  }
  const { code, stdout } = await server.exit;
  assertEquals([code, stdout], [0, `${[...SEND_LINES, ...SEND_LINES, ...DOWN_LINES].join("\n")}\n`]);
  assert(!existsSync(`${dir.path}/s`));
});

test(
  "unix_seqpacket_server.ts answers the documentation's Python client",
  { needs: [...needs, "python3"] },
  async () => {
    using dir = tempDir();
    await using server = example("unix_seqpacket_server", `${dir.path}/s`);
    await untilListening(`${dir.path}/s`);
    (await UnixSeqpacketConn.connect({ path: `${dir.path}/s` })).close(); // a client without a command
    for (const command of ["SEND", "DOWN"]) {
      const { code, stdout, stderr } = await spawn("python3", [CLIENT, `${dir.path}/s`, command]).exit;
      assertEquals([code, stdout, stderr], [0, ANSWER, ""]);
    }
    assertEquals((await server.exit).stdout, `${[...SEND_LINES, ...DOWN_LINES].join("\n")}\n`);
  },
);

test("unix_seqpacket_client.ts talks to the documentation's C server", { needs: [...needs, "cc"] }, async () => {
  const program = await compileC(new URL("document_server.c", import.meta.url));
  using dir = tempDir();
  await using server = spawn(program, [`${dir.path}/s`]);
  await untilListening(`${dir.path}/s`);
  for (const command of ["SEND", "DOWN"]) {
    const { code, stdout } = await example("unix_seqpacket_client", `${dir.path}/s`, command).exit;
    assertEquals([code, stdout], [0, ANSWER]);
  }
  const { code, stdout } = await server.exit;
  assertEquals(code, 0);
  assertEquals(stdout, `${[...SEND_LINES, ...DOWN_LINES].join("\n").replace("Program\n", "Program")}\n`);
});

test(
  "pass_descriptor.ts gives a file to a program that may not open it",
  { needs: [...needs, "python3", "CAP_SETUID"] },
  async () => {
    using dir = tempDir();
    chmodSync(dir.path, 0o711);
    writeFileSync(`${dir.path}/secret`, "for root's eyes", { mode: 0o600 });
    await using giver = example("pass_descriptor", "give", `${dir.path}/s`, `${dir.path}/secret`);
    assertEquals(await giver.line(), `giving ${dir.path}/secret at ${dir.path}/s`);
    const other = `import socket,os,sys
os.setgid(65534); os.setuid(65534)
try: open("${dir.path}/secret"); sys.exit("it may open the file")
except PermissionError: pass
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect("${dir.path}/s")
print(os.read(socket.recv_fds(s, 4096, 1)[1][0], 100).decode())`;
    const taker = await spawn("python3", ["-c", other]).exit;
    assertEquals([taker.code, taker.stdout, taker.stderr], [0, "for root's eyes\n", ""]);
    assertEquals((await giver.exit).code, 0);
  },
);

test("pass_descriptor.ts receives what it sends", { needs: [...needs] }, async () => {
  using dir = tempDir();
  writeFileSync(`${dir.path}/f`, "contents");
  await using giver = example("pass_descriptor", "give", `${dir.path}/s`, `${dir.path}/f`);
  assertEquals(await giver.line(), `giving ${dir.path}/f at ${dir.path}/s`);
  const taker = await example("pass_descriptor", "take", `${dir.path}/s`).exit;
  assertEquals([taker.code, taker.stdout], [0, "contents"]);
  assertEquals((await giver.exit).code, 0);
});

test("syslog.ts sends the datagram that syslog(3) of Python sends", { needs: [...needs, "python3"] }, async () => {
  using dir = tempDir();
  using log = UnixDatagramSocket.bind({ path: `${dir.path}/log` });
  const handler = `import logging.handlers
handler = logging.handlers.SysLogHandler("${dir.path}/log")
handler.emit(logging.LogRecord("n", logging.WARNING, "", 0, "disk full", (), None))`;
  assertEquals((await spawn("python3", ["-c", handler]).exit).code, 0);
  const theirs = new TextDecoder().decode((await log.receive()).data);
  const args = ["--path", `${dir.path}/log`, "--severity", "warning", "--tag", "app", "disk", "full"];
  assertEquals((await example("syslog", ...args).exit).code, 0);
  const ours = new TextDecoder().decode((await log.receive()).data);
  assertEquals(theirs, "<12>disk full\0");
  assertMatch(ours, /^<12>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d app\[\d+\]: disk full$/);
});

const noLog = whyNoLog();
if (noLog !== undefined) ignore("syslog.ts writes to /dev/log by default", noLog);
else {
  test("syslog.ts writes to /dev/log by default", { needs: [...needs, "python3"] }, async () => {
    const daemon = `import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log")
try:
    print("ready", flush=True); s.settimeout(20); print(s.recv(1000).decode(), flush=True)
finally: os.unlink("/dev/log")`;
    await using python = spawn("python3", ["-c", daemon]);
    assertEquals(await python.line(), "ready");
    assertEquals((await example("syslog", "to the system's log").exit).code, 0);
    assertMatch(
      await python.line() ?? "",
      /^<13>[A-Z][a-z]{2} [ \d]\d [\d:]{8} syslog\.ts\[\d+\]: to the system's log$/,
    );
    assertEquals((await python.exit).code, 0);
    assert(!existsSync("/dev/log"));
  });
}

test("activated_echo.ts works under systemd-socket-activate, and notifies", {
  needs: [...needs, "systemd-socket-activate"],
}, async () => {
  using dir = tempDir();
  using notify = UnixDatagramSocket.bind({ path: `${dir.path}/notify` });
  const port = freePort();
  const path = fileURLToPath(new URL("../../examples/activated_echo.ts", import.meta.url));
  await using _ = spawn("systemd-socket-activate", [
    ...[
      "-l",
      `${dir.path}/s`,
      "-l",
      `127.0.0.1:${port}`,
      "--fdname=local:tcp",
      "-E",
      `NOTIFY_SOCKET=${dir.path}/notify`,
    ],
    ...["-E", "PATH", "-E", "HOME", process.execPath, "run", "--no-check", "--allow-ffi", "--config", CONFIG, path],
  ]);
  await untilListening(`${dir.path}/s`);
  using conn = await UnixConn.connect({ path: `${dir.path}/s` });
  await conn.write(new TextEncoder().encode("over unix"));
  const buffer = new Uint8Array(32);
  assertEquals(await conn.read(buffer, { timeout: 20_000 }), 9);
  assertEquals(new TextDecoder().decode((await notify.receive({ timeout: 5000 })).data), "READY=1");
  const tcp = connect(port, "127.0.0.1");
  tcp.write("over tcp");
  const answer = await new Promise<string>((resolve) => tcp.once("data", (data) => resolve(`${data}`)));
  assertEquals(answer, "over tcp");
  tcp.destroy();
});

/** Why the test cannot bind /dev/log; `undefined` if it can. */
function whyNoLog(): string | undefined {
  try {
    if (existsSync("/dev/log")) return "a daemon of this machine is at /dev/log";
  } catch {
    return undefined; // no permission to look: test() then says which it needs
  }
  return isRoot() ? undefined : "only root can make /dev/log";
}

function example(name: string, ...args: string[]): Program {
  const path = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
  const allow = name === "pass_descriptor" ? ["--allow-ffi", "--allow-read"] : ["--allow-ffi"];
  return spawn(process.execPath, ["run", "--no-check", ...allow, "--config", CONFIG, path, ...args]);
}

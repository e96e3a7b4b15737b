import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { assert, assertEquals, type Program, spawn, tempDir, test, type TestOptions } from "../runner/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS: TestOptions = {
  needs: ["run", "read", "write", "env"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
};
const NAMES = [
  "activated_echo",
  "chat_client",
  "grumpy_server",
  "pass_descriptor",
  "ping",
  "relay",
  "syslog",
  "tcp_info",
  "udp_chat",
  "unix_seqpacket_client",
  "unix_seqpacket_server",
];
/** Arguments that cannot work, how the program ends, and how it says why. Nobody listens at port 1. */
const WRONG: [name: string, args: string[], code: number, told: string][] = [
  ["activated_echo", [], 2, "Usage: "],
  ["chat_client", ["127.0.0.1", "1"], 1, "[Client error]: Cannot connect to 127.0.0.1:1: Connection refused"],
  ["chat_client", ["127.0.0.1", "70000"], 1, "[Client error]: Cannot encode port"],
  ["chat_client", ["127.0.0.1", "http"], 1, "[Usage]: "],
  ["grumpy_server", ["70000"], 1, "[Server error]: Cannot encode port"],
  ["grumpy_server", ["http"], 1, "[Usage]: "],
  ["pass_descriptor", ["give", "DIR/s", "DIR/none"], 1, "pass_descriptor: ENOENT"],
  ["pass_descriptor", ["give", "DIR/s"], 2, "Usage: "],
  ["pass_descriptor", ["take", "DIR/none"], 1, "pass_descriptor: Cannot connect to DIR/none: No such file"],
  ["ping", [], 2, "Usage: "],
  ["ping", ["-c", "1.5", "127.0.0.1"], 2, "ping: not a number: 1.5"],
  ["ping", ["-t", "abc", "127.0.0.1"], 2, "ping: not a number: abc"],
  ["ping", ["-4", "::1"], 2, "ping: Cannot look up ::1: "],
  ["relay", ["tcp:127.0.0.1:0"], 2, "Usage: "],
  ["relay", ["tcp:127.0.0.1:0", "tcp:127.0.0.1:http"], 2, "Usage: "],
  ["relay", ["foo:1", "bar:2"], 2, "Usage: "],
  ["relay", ["unix:DIR/none/s", "tcp:127.0.0.1:1"], 1, "relay: Cannot bind to DIR/none/s: No such file"],
  ["syslog", ["--severity", "loud", "x"], 2, "Usage: "],
  ["syslog", ["--path", "DIR/none", "x"], 1, "syslog: Cannot send to DIR/none: No such file"],
  ["syslog", ["--path", "DIR/file", "x"], 1, "syslog: Cannot send to DIR/file: Connection refused"],
  ["tcp_info", ["127.0.0.1"], 2, "Usage: "],
  ["tcp_info", ["127.0.0.1", "1"], 1, "tcp_info: Cannot connect to 127.0.0.1:1: Connection refused"],
  ["tcp_info", ["--seconds", "soon", "127.0.0.1", "1"], 2, "Usage: "],
  ["udp_chat", ["--port", "99999"], 1, "udp_chat: Cannot encode port"],
  ["udp_chat", ["--interface", "nosuch"], 1, "udp_chat: Cannot "],
  ["unix_seqpacket_client", ["DIR/none"], 1, "unix_seqpacket_client: Cannot connect to DIR/none: No such file"],
  ["unix_seqpacket_client", ["DIR/none", "JUMP"], 2, "Usage: "],
  ["unix_seqpacket_server", ["DIR/file"], 1, "unix_seqpacket_server: Cannot bind to DIR/file: Address already in use"],
];
/** Programs that go on until they are interrupted. */
const ENDLESS: [name: string, args: string[], first: RegExp][] = [
  ["grumpy_server", ["0"], /^SERVER AT/],
  ["pass_descriptor", ["give", "DIR/give", "DIR/file"], /^giving/],
  ["ping", ["127.0.0.1"], /^PING/],
  ["relay", ["unix:DIR/relay", "tcp:127.0.0.1:1"], /^relaying/],
];

function example(name: string, args: string[], folder = ""): Program {
  const given = args.map((arg) => arg.replace("DIR", folder));
  return spawn(process.execPath, ["run", "-A", "--no-check", `${ROOT}examples/${name}.ts`, ...given], { cwd: ROOT });
}

test("every example of inet and unix tells its use with --help, and ends with 0", OPTIONS, async () => {
  for (const name of NAMES) {
    const { code, stdout, stderr } = await example(name, ["--help"]).exit;
    assertEquals([code, stderr], [0, ""], name);
    assert(/^\[?Usage\]?: /.test(stdout), `${name}: ${stdout}`);
  }
});

test(
  "an example that cannot work says why in one line, without a stack",
  { ...OPTIONS, timeout: 120_000 },
  async () => {
    using dir = tempDir();
    writeFileSync(`${dir.path}/file`, "text");
    for (const [name, args, code, told] of WRONG) {
      const about = `${name} ${args.join(" ")}`;
      const exit = await example(name, args, dir.path).exit;
      assertEquals(exit.code, code, `${about}: ${exit.stdout}${exit.stderr}`);
      const text = told.replace("DIR", dir.path);
      if (/^\[?Usage/.test(told)) assert(exit.stdout.startsWith(text), `${about}: ${exit.stdout}${exit.stderr}`);
      else {
        assert(exit.stderr.startsWith(text), `${about}: ${exit.stderr}`);
        assertEquals(exit.stderr.trimEnd().split("\n").length, 1, exit.stderr);
      }
    }
    assert(!existsSync(`${dir.path}/s`));
  },
);

test("Ctrl+C ends the examples that go on", OPTIONS, async () => {
  using dir = tempDir();
  writeFileSync(`${dir.path}/file`, "text");
  for (const [name, args, first] of ENDLESS) {
    await using program = example(name, args, dir.path);
    const line = await program.line() ?? "";
    assert(first.test(line), `${name}: ${line}`);
    if (name === "ping") await program.line(); // after the first answer
    process.kill(program.pid, "SIGINT"); // after child.kill() Deno tells no exit code
    const { code, signal, stdout } = await program.exit;
    if (name !== "ping") assertEquals([code, signal], [null, "SIGINT"], name);
    else {
      assertEquals([code, signal], [0, null]);
      assert(stdout.includes("packets transmitted, "), stdout);
    }
  }
});

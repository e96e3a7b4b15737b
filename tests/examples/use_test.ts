import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { TcpListener } from "../../inet/mod.ts";
import { UnixDatagramSocket } from "../../unix/mod.ts";
import { untilListening } from "../peers/until_listening.ts";
import { assert, assertEquals, type Program, spawn, tempDir, test, type TestOptions } from "../runner/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS: TestOptions = {
  needs: ["run", "read", "write", "env"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
};
/** Programs of the course print its lines. */
const COURSE = ["blocking/chat_client", "blocking/grumpy_server", "chat_client", "grumpy_server"];
/** Arguments that cannot work, the exit code, and the error. Nobody listens on port 1; the port BUSY is taken. */
const WRONG: [name: string, args: string[], code: number, told: string][] = [
  ["activated_echo", [], 2, "activated_echo: systemd passed no sockets"],
  ["activated_echo", ["more"], 2, "activated_echo: unknown argument: more"],
  ["blocking/chat_client", ["127.0.0.1", "1"], 1, "[Client error]: Cannot connect to 127.0.0.1:1: Connection refused"],
  ["blocking/csmc", ["-s", "-a", "127.0.0.1", "-p", "BUSY"], 1, "csmc: Cannot bind to 127.0.0.1:BUSY: Address already"],
  ["blocking/grumpy_server", ["70000"], 1, "[Server error]: Cannot encode an address as the port"],
  ["blocking/grumpy_server", ["BUSY"], 1, "[Server error]: Cannot bind to 0.0.0.0:BUSY: Address already in use"],
  [
    "blocking/rpc_server",
    ["127.0.0.1", "BUSY"],
    1,
    "rpc_server: Cannot bind to 127.0.0.1:BUSY: Address already in use",
  ],
  [
    "blocking/unix_seqpacket_server",
    ["DIR/file"],
    1,
    "unix_seqpacket_server: Cannot bind to DIR/file: Address already",
  ],
  ["blocking/worker_echo", ["BUSY"], 1, "worker_echo: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  ["candump", [], 2, "candump: pass one INTERFACE"],
  ["chat_client", ["127.0.0.1", "1"], 1, "[Client error]: Cannot connect to 127.0.0.1:1: Connection refused"],
  ["chat_client", ["127.0.0.1", "70000"], 1, "[Client error]: Cannot encode an address as the port"],
  ["chat_client", ["127.0.0.1", "http"], 1, "[Usage]: "],
  ["chat_client", ["127.0.0.1", "1", "more"], 1, "[Usage]: "],
  ["csmc", ["-s", "-a", "127.0.0.1", "-p", "BUSY"], 1, "csmc: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  ["default_gateway", ["more"], 2, "default_gateway: unknown argument: more"],
  ["grumpy_server", ["70000"], 1, "[Server error]: Cannot encode an address as the port"],
  ["grumpy_server", ["http"], 1, "[Usage]: "],
  ["grumpy_server", ["0", "more"], 1, "[Usage]: "],
  ["grumpy_server", ["BUSY"], 1, "[Server error]: Cannot bind to 0.0.0.0:BUSY: Address already in use"],
  ["hci_scan", ["--device", "x"], 2, "hci_scan: --device needs a number: x"],
  ["hci_scan", ["--seconds", "soon"], 2, "hci_scan: --seconds needs a number of seconds: soon"],
  ["hci_scan", ["--seconds", "1e9"], 2, "hci_scan: --seconds needs a number of seconds: 1e9"],
  ["http_over_smc", ["-p", "BUSY"], 1, "http_over_smc: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  ["http_over_smc", ["-a", "no.such.host"], 1, "http_over_smc: Cannot "],
  ["ip_monitor", ["link", "weather"], 2, "ip_monitor: unknown KIND: weather"],
  ["pass_descriptor", ["give", "DIR/s", "DIR/none"], 1, "pass_descriptor: ENOENT"],
  ["pass_descriptor", ["give", "DIR/s"], 2, "pass_descriptor: give needs PATH and FILE"],
  ["pass_descriptor", ["take", "DIR/none"], 1, "pass_descriptor: Cannot connect to DIR/none: No such file"],
  ["pass_descriptor", ["take", "DIR/none", "more"], 2, "pass_descriptor: give needs PATH and FILE"],
  ["ping", [], 2, "ping: pass one HOST"],
  ["ping", ["-c", "1.5", "127.0.0.1"], 2, "ping: -c needs a whole number: 1.5"],
  ["ping", ["-i", "x", "127.0.0.1"], 2, "ping: -i needs a number of seconds: x"],
  ["ping", ["-t", "abc", "127.0.0.1"], 2, "ping: -t needs a whole number: abc"],
  ["ping", ["-t", "0", "127.0.0.1"], 2, "ping: -t must be 1 to 255: 0"],
  ["ping", ["-c", "0", "127.0.0.1"], 2, "ping: -c must be 1 or more: 0"],
  ["ping", ["-s", "9007199254740993", "127.0.0.1"], 2, "ping: -s must be 0 to 65507: 9007199254740993"],
  ["ping", ["-i", "9999999", "127.0.0.1"], 2, "ping: -i needs a number of seconds: 9999999"],
  ["ping", ["-4", "-6", "localhost"], 2, "ping: pass either -4 or -6"],
  ["relay", ["tcp:127.0.0.1:0"], 2, "relay: invalid FROM or TO"],
  ["relay", ["tcp:127.0.0.1:0", "tcp:127.0.0.1:http"], 2, "relay: invalid FROM or TO"],
  ["relay", ["tcp:127.0.0.1:99999", "tcp:127.0.0.1:1"], 2, "relay: invalid FROM or TO"],
  ["relay", ["foo:1", "bar:2"], 2, "relay: invalid FROM or TO"],
  ["relay", ["unix:DIR/none/s", "tcp:127.0.0.1:1"], 1, "relay: Cannot bind to DIR/none/s: No such file"],
  ["relay", ["tcp:127.0.0.1:BUSY", "tcp:127.0.0.1:1"], 1, "relay: Cannot bind to 127.0.0.1:BUSY: Address already"],
  [
    "rpc_client",
    ["--port", "BUSY", "PUT", "a", "{bad"],
    1,
    "rpc_client: Cannot parse the value of PUT, which must be JSON: ",
  ],
  ["rpc_client", ["GET"], 2, "rpc_client: GET needs a name; PUT needs a name and JSON"],
  ["rpc_server", ["more"], 2, "rpc_server: unknown argument: more"],
  ["rpc_server", ["--unix", "DIR/s", "--smc"], 2, "rpc_server: pass either --unix or --smc"],
  ["rpc_server", ["--unix"], 2, "rpc_server: --unix needs a PATH"],
  ["rpc_server", ["--port", "BUSY"], 1, "rpc_server: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  [
    "smc_check",
    ["-s", "-a", "127.0.0.1", "-p", "BUSY"],
    3,
    "smc_check: Cannot bind to 127.0.0.1:BUSY: Address already",
  ],
  ["smc_check", ["-p", "1"], 2, "smc_check: -p needs -a ADDRESS or -s"],
  ["smcss", ["--watch", "1e9"], 2, "smcss: --watch needs a number of seconds: 1e9"],
  ["ss", ["--watch", "1e9"], 2, "ss: --watch needs a number of seconds: 1e9"],
  ["ss", ["--watch", "soon"], 2, "ss: --watch needs a number of seconds: soon"],
  ["ss", ["more"], 2, "ss: unknown argument: more"],
  ["syslog", ["--severity", "loud", "x"], 2, "syslog: unknown severity: loud"],
  ["syslog", [], 2, "syslog: pass TEXT"],
  ["syslog", ["--path", "DIR/none", "x"], 1, "syslog: Cannot send to DIR/none: No such file"],
  ["syslog", ["--path", "DIR/file", "x"], 1, "syslog: Cannot send to DIR/file: Connection refused"],
  ["tcp_echo", [], 2, "tcp_echo: --port N is needed"],
  ["tcp_echo", ["--port", "99999"], 2, "tcp_echo: the port must be 0 to 65535: 99999"],
  ["tcp_echo", ["--port", "0", "more"], 2, "tcp_echo: unknown argument: more"],
  ["tcp_echo", ["--port", "BUSY"], 1, "tcp_echo: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  ["tcp_echo", ["--port", "0", "--host", "no.such.host"], 1, "tcp_echo: Cannot "],
  ["tcp_info", ["127.0.0.1"], 2, "tcp_info: pass HOST and PORT"],
  ["tcp_info", ["127.0.0.1", "1"], 1, "tcp_info: Cannot connect to 127.0.0.1:1: Connection refused"],
  ["tcp_info", ["127.0.0.1", "http"], 2, "tcp_info: the port must be 0 to 65535: http"],
  ["tcp_info", ["--seconds", "soon", "127.0.0.1", "1"], 2, "tcp_info: --seconds needs a number of seconds: soon"],
  ["tcp_info", ["--interval", "1e9", "127.0.0.1", "1"], 2, "tcp_info: --interval needs a number of seconds: 1e9"],
  ["throughput", ["-s", "-p"], 2, "throughput: -p must be 0 to 65535: "],
  ["throughput", ["-s", "-t", "1"], 2, "throughput: -t and -b are for -c"],
  ["throughput", ["-c", "-b", "1.5"], 2, "throughput: -b must be 1 to 1073741824: 1.5"],
  ["throughput", ["-s", "-p", "BUSY"], 1, "throughput: Cannot bind to 127.0.0.1:BUSY: Address already in use"],
  ["tun_ping", [], 2, "tun_ping: one ADDRESS/PREFIX is needed"],
  ["tun_ping", ["10.77.0.1"], 2, "tun_ping: this is no ADDRESS/PREFIX: 10.77.0.1"],
  ["udp_chat", ["--port", "x"], 2, "udp_chat: the port must be 0 to 65535: x"],
  ["udp_chat", ["--name"], 2, "udp_chat: --name needs a NAME"],
  ["udp_chat", ["--interface", "nosuch"], 1, "udp_chat: Cannot "],
  ["unix_seqpacket_client", ["DIR/none"], 1, "unix_seqpacket_client: Cannot connect to DIR/none: No such file"],
  [
    "unix_seqpacket_client",
    ["DIR/none", "JUMP"],
    2,
    "unix_seqpacket_client: the only arguments are PATH",
  ],
  ["unix_seqpacket_server", ["DIR/none", "more"], 2, "unix_seqpacket_server: the only argument is PATH"],
  ["unix_seqpacket_server", ["DIR/file"], 1, "unix_seqpacket_server: Cannot bind to DIR/file: Address already in use"],
  ["vsock_echo", ["--port", "http"], 2, "vsock_echo: the port must be 0 to 4294967295: http"],
];
/** Programs that run until they are interrupted, and the output that shows that they have started. */
const ENDLESS: [name: string, args: string[], first?: RegExp][] = [
  ["blocking/worker_echo", ["0"], /^listening/],
  ["grumpy_server", ["0"], /^SERVER AT/],
  ["http_over_smc", ["-p", "0"], /^listening/],
  ["ip_monitor", ["link"], /^watching link$/],
  ["pass_descriptor", ["give", "DIR/give", "DIR/file"], /^giving/],
  ["ping", ["127.0.0.1"], /^PING/],
  ["relay", ["unix:DIR/relay", "tcp:127.0.0.1:1"], /^relaying/],
  ["relay", ["tcp:127.0.0.1:0", "tcp:127.0.0.1:1"], /^relaying tcp:127\.0\.0\.1:[1-9]\d* to tcp:127\.0\.0\.1:1$/],
  ["rpc_server", ["--port", "0"], /^listening/],
  ["smc_check", ["-s", "-a", "127.0.0.1", "-p", "0"], /^listening/],
  ["ss", ["-a", "--watch", "1"], /^Netid/],
  ["tcp_echo", ["--port", "0"], /^listening/],
  ["tcp_info", ["127.0.0.1", "BUSY"], /^connected/],
  ["throughput", ["-s", "-p", "0"], /^waiting/],
  ["udp_chat", ["--port", "0"], / is in /],
  ["unix_seqpacket_server", ["DIR/server"]],
];

function example(name: string, args: string[]): Program {
  return spawn(process.execPath, ["run", "-A", "--no-check", `${ROOT}examples/${name}.ts`, ...args], { cwd: ROOT });
}

/** The programs; a function, as it needs read permission. */
function names(): string[] {
  return ["", "blocking/"].flatMap((folder) =>
    readdirSync(`${ROOT}examples/${folder}`).flatMap((file) => file.endsWith(".ts") ? [folder + file.slice(0, -3)] : [])
  );
}

test("every example prints its usage with --help, and exits with 0", { ...OPTIONS, timeout: 120_000 }, async () => {
  for (const name of names()) {
    const { code, stdout, stderr } = await example(name, ["--help"]).exit;
    assertEquals([code, stderr], [0, ""], name);
    assert(stdout.startsWith(COURSE.includes(name) ? "[Usage]: " : "Usage: "), `${name}: ${stdout}`);
  }
});

test("the examples' README.md has a line for each example", OPTIONS, () => {
  const readme = readFileSync(`${ROOT}examples/README.md`, "utf8");
  assertEquals([...readme.matchAll(/^\| \[([\w/]+)\]\(\1\.ts\)/gm)].map(([, name]) => name).sort(), names().sort());
});

test("every example refuses an unknown option", { ...OPTIONS, timeout: 120_000 }, async () => {
  for (const name of names()) {
    const { code, stdout, stderr } = await example(name, ["--frobnicate"]).exit;
    if (COURSE.includes(name)) assertEquals([code, stdout.slice(0, 9)], [1, "[Usage]: "], name);
    else {
      assertEquals([code, stdout], [2, ""], `${name}: ${stderr}`);
      assert(
        stderr.startsWith(`${name.replace(/.*\//, "")}: `) && stderr.includes("\n\nUsage: "),
        `${name}: ${stderr}`,
      );
    }
  }
});

test("an example that cannot work says why in one line, without a stack trace", {
  ...OPTIONS,
  timeout: 240_000,
}, async () => {
  using dir = tempDir();
  writeFileSync(`${dir.path}/file`, "text");
  using busy = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const fill = (text: string): string => text.replace("DIR", dir.path).replace("BUSY", `${busy.addr.port}`);
  for (const [name, args, code, told] of WRONG) {
    const about = `${name} ${args.join(" ")}`;
    const exit = await example(name, args.map(fill)).exit;
    assertEquals(exit.code, code, `${about}: ${exit.stdout}${exit.stderr}`);
    if (told === "[Usage]: ") assert(exit.stdout.startsWith(told), `${about}: ${exit.stdout}${exit.stderr}`);
    else {
      // That there is no SMC here is a separate line.
      const stderr = exit.stderr.replace(/^\w+: running over TCP\. .*\n|^TCP instead of SMC.*\n/, "");
      const [message = "", ...rest] = stderr.trimEnd().split("\n");
      assert(message.startsWith(fill(told)), `${about}: ${exit.stderr}`);
      assert(code === 2 ? rest[1]?.startsWith("Usage: ") : rest.length === 0, `${about}: ${exit.stderr}`);
    }
  }
  assert(!existsSync(`${dir.path}/s`));
  const lookedUp = await example("ping", ["-4", "::1"]).exit;
  assertEquals([lookedUp.code, lookedUp.stderr.slice(0, 25)], [2, "ping: Cannot look up ::1:"]);
});

for (const [name, args, first] of ENDLESS) {
  const needs = [...OPTIONS.needs ?? [], ...(name === "ping" ? ["CAP_NET_RAW"] as const : [])];
  test(`Ctrl+C ends "${[name, ...args].join(" ")}" with 0`, { ...OPTIONS, needs }, async () => {
    using dir = tempDir();
    writeFileSync(`${dir.path}/file`, "text");
    using busy = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    const fill = (text: string): string => text.replace("DIR", dir.path).replace("BUSY", `${busy.addr.port}`);
    await using program = example(name, args.map(fill));
    if (first === undefined) await untilListening(`${dir.path}/server`);
    else {
      let line = await program.line();
      while (line !== undefined && !first.test(line)) line = await program.line(); // the first: there is no SMC
      assert(line !== undefined);
    }
    if (name === "ping") await program.line(); // after the first answer
    else await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(program.pid, "SIGINT"); // after child.kill() Deno reports no exit code
    const { code, signal, stdout } = await program.exit;
    assertEquals([code, signal], [0, null]);
    if (name === "ping") assert(stdout.includes("packets transmitted, "), stdout);
    assertEquals(readdirSync(dir.path), ["file"]); // no socket is left
  });
}

test("syslog.ts writes each word as it is, also 007", OPTIONS, async () => {
  using dir = tempDir();
  using log = UnixDatagramSocket.bind({ path: `${dir.path}/log` });
  assertEquals((await example("syslog", ["--path", `${dir.path}/log`, "007", "1e3", "0x10"]).exit).code, 0);
  const { data } = await log.receive();
  const text = new TextDecoder().decode(data);
  assert(text.endsWith("]: 007 1e3 0x10"), text);
});

test("activated_echo.ts tells in one line that LISTEN_FDS is wrong", OPTIONS, async () => {
  // LISTEN_PID must be that of the program, which exec keeps.
  const command = 'LISTEN_PID=$$ LISTEN_FDS=x exec "$0" "$@"';
  const program = spawn("sh", [
    "-c",
    command,
    process.execPath,
    "run",
    "-A",
    "--no-check",
    `${ROOT}examples/activated_echo.ts`,
  ], { cwd: ROOT });
  await using _ = program;
  const { code, stderr } = await program.exit;
  const told =
    'activated_echo: Cannot take the inherited listeners as LISTEN_FDS must be a number: current value is "x"\n';
  assertEquals([code, stderr], [1, told]);
});

test("udp_chat.ts sends the last line, which has no end", OPTIONS, async () => {
  await using chat = example("udp_chat", ["--interface", "lo", "--port", "0", "--name", "ann"]);
  // Port 0 is no one's: what is sent there fails, and so tells that it was sent.
  chat.write("last words");
  chat.closeInput();
  const { code, stderr } = await chat.exit;
  assertEquals([code, stderr.startsWith("udp_chat: Cannot send to 239.255.42.99:0: ")], [0, true], stderr);
});

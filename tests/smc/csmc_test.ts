import process from "node:process";
import { listSmcSockets } from "../../smc/mod.ts";
import { assertEquals, spawn } from "../runner/mod.ts";
import { setMode, smcTest } from "./kernel.ts";

// The transcripts of the seed document.
const SERVER =
  "New client connection\nRead 12 bytes from client: Hello, world\nSent 12 bytes to client: Hello, world\n";
const CLIENT = "Connected to server\nSent 12 bytes to server: Hello, world\nRead 12 bytes from server: Hello, world\n";

const C_PROGRAM = ["/bin/csmc"];
const OURS = [process.execPath, "run", "-A", "--no-check", "/checkout/examples/csmc.ts"];
let port = 21000; // below the ports that the kernel gives by itself

const leaks = "the runtime opens the console at its first child";

for (const mode of ["smc-r", "tcp"] as const) {
  smcTest(`examples/csmc.ts serves a C client in ${mode}, with its transcript`, { leaks }, () => {
    return talk(mode, OURS, C_PROGRAM);
  });
  smcTest(`examples/csmc.ts talks to a C server in ${mode}, with its transcript`, { leaks }, () => {
    return talk(mode, C_PROGRAM, OURS);
  });
}
smcTest("examples/csmc.ts --require talks to itself over SMC-R", { leaks }, () => {
  return talk("smc-r", [...OURS, "--require"], [...OURS, "--require"]);
});

async function talk(mode: "smc-r" | "tcp", server: string[], client: string[]): Promise<void> {
  await setMode(mode);
  port += 1;
  await using serving = start(server, ["-s", "-a", "127.0.0.1", "-p", `${port}`]);
  await Promise.race([listening(), serving.exit.then((exit) => Promise.reject(new Error(JSON.stringify(exit))))]);
  await using talking = start(client, ["-c", "-a", "127.0.0.1", "-p", `${port}`]);
  const [served, talked] = await Promise.all([serving.exit, talking.exit]);
  assertEquals([served.stdout, served.stderr, served.code], [SERVER, "", 0]);
  assertEquals([talked.stdout, talked.stderr, talked.code], [CLIENT, "", 0]);
}

function start([program = "", ...args]: string[], more: string[]): ReturnType<typeof spawn> {
  return spawn(program, [...args, ...more]);
}

/** Waits for the listener, without connecting to it. */
async function listening(): Promise<void> {
  for (let round = 0; round < 400; round++) {
    const sockets = await listSmcSockets();
    if (sockets.some(({ state, localAddr }) => state === "LISTEN" && localAddr.port === port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing listens on port ${port}`);
}

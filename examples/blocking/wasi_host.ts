/**
 * Runs WASI programs with blocking sockets. The program gets a listening socket as descriptor 3, and accepts, reads,
 * writes and polls as in POSIX: [wasi_echo.c](wasi_echo.c) is one. For Deno, Node and Bun.
 *
 * @module
 */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { readFileSync } from "node:fs";
import process from "node:process";
import { runWasi } from "../shared/wasi.ts";

const USAGE = `Usage: wasi_host.ts FILE [PORT]

Runs the WASI program FILE, with a socket that listens on 127.0.0.1 and PORT as its descriptor 3. Default: a free port.`;

function run(file: string, port: number): number {
  const module = new WebAssembly.Module(readFileSync(file));
  using listener = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  listener.bind({ hostname: "127.0.0.1", port });
  listener.listen();
  console.log(`listening on 127.0.0.1:${listener.localAddr.port}`);
  return runWasi(module, listener);
}

const [file, port = "0", ...rest] = process.argv.slice(2);
if (file === "-h" || file === "--help") {
  console.log(USAGE);
} else if (file === undefined || file.startsWith("-") || rest.length > 0 || !/^\d+$/.test(port)) {
  console.error(`wasi_host: pass FILE and optionally PORT\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = run(file, Number(port));
  } catch (error) {
    console.error(`wasi_host: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

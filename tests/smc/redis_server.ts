import { type Program, spawn } from "../runner/mod.ts";

/** Starts redis-server on a port of 127.0.0.1: over TCP, or over AF_SMC as `smc_run` of smc-tools starts a program. */
export async function startRedisServer(port: number, over: "tcp" | "smc"): Promise<Program> {
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"];
  const env: Record<string, string> = over === "tcp" ? {} : { LD_PRELOAD: "/bin/smc_preload.so" };
  const program = spawn("redis-server", options, { env });
  for (;;) {
    const line = await program.line();
    if (line?.includes("Ready to accept connections")) return program;
    if (line === undefined) throw new Error(`redis-server did not begin: ${(await program.exit).stderr}`);
  }
}

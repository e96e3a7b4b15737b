import type { Contender } from "../row.ts";

/** The TCP echo servers that are compared. Each takes `--port N` and `--accept-only`. */
export const TCP_SERVERS: Record<"ours" | "deno" | "node" | "c", string[]> = {
  ours: ["deno", "run", "-A", "bench/peers/our_echo.ts"],
  deno: ["deno", "run", "-A", "bench/peers/deno_echo.ts"],
  node: ["node26", "bench/peers/node_echo.mjs"],
  c: ["bin/echo_server"],
};

/** The contenders of a row in which the same command measures each of several servers. */
export function againstEach(servers: Record<string, string[]>, measure: string[], ...flags: string[]): Contender[] {
  return Object.entries(servers).map(([name, server]) => ({ name, server: [...server, ...flags], measure }));
}

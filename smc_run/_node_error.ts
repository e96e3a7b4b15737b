import { getSystemErrorMap } from "node:util";
import { isSystemError } from "../ffi/error.ts";

/**
 * An error of ours as `node:net` gives it, since programs look at its fields: `syscall === "listen"` comes before
 * `EADDRINUSE` in many, and `ENOTFOUND` is c-ares' name for what libc calls `EAI_NONAME`. What is no error of the system
 * stays as it is.
 *
 * @param error What was thrown.
 * @param syscall What the program asked for.
 * @param hostname The host, if the error does not tell an address.
 * @param port The port.
 */
export function asNodeError(error: unknown, syscall: "connect" | "listen", hostname: string, port: number): unknown {
  if (!isSystemError(error)) return error;
  const isLookup = error.code.startsWith("EAI_");
  const code = error.code === "EAI_NONAME" || error.code === "EAI_NODATA" ? "ENOTFOUND" : error.code;
  const known = [...getSystemErrorMap()].find(([, [name]]) => name === error.code);
  const errno = known?.[0] ?? -error.errno;
  if (isLookup) {
    const fields = { errno, code, syscall: "getaddrinfo", hostname };
    return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`, { cause: error }), fields);
  }
  // The address of an error is "127.0.0.1:80" or "[::1]:80".
  const address = error.address?.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1") ?? hostname;
  const text = syscall === "listen" ? `${code}: ${known?.[1][1] ?? error.message}` : code;
  const fields = { errno, code, syscall, address, port };
  return Object.assign(new Error(`${syscall} ${text} ${address}:${port}`, { cause: error }), fields);
}

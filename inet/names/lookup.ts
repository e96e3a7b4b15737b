import { onAbort } from "../../checks/on_abort.ts";
import type { OptionNames } from "../../checks/option_names.ts";
import { describeError } from "../../ffi/error.ts";
import { eaiName } from "../../ffi/lookup_addrinfo.ts";

/** Options of all lookups. */
export interface LookupOptions {
  /**
   * Ends the wait: the promise is rejected with the signal's reason. The system's lookup itself still runs to its end.
   */
  signal?: AbortSignal;
}

/** The names of {@linkcode LookupOptions}. */
export const LOOKUP_OPTIONS: OptionNames<LookupOptions> = { signal: true };

/**
 * The error of getaddrinfo(3) and getnameinfo(3): `code` is libc's name for the number, `errno` the number without its
 * sign.
 */
export function lookupError(
  name: string,
  error: number,
  syscall: "getaddrinfo" | "getnameinfo" = "getaddrinfo",
): Error {
  const code = eaiName(error) ?? `EAI${error}`;
  const message = `Cannot look up ${name || "an empty name"}: ${MESSAGES[code] ?? "Unknown error"} (${code})`;
  return describeError(message, { code, errno: Math.abs(error), syscall, address: name });
}

/** The messages of gai_strerror(3). */
const MESSAGES: Record<string, string> = {
  EAI_BADFLAGS: "Bad value for ai_flags",
  EAI_NONAME: "Name or service not known",
  EAI_AGAIN: "Temporary failure in name resolution",
  EAI_FAIL: "Non-recoverable failure in name resolution",
  EAI_NODATA: "No address associated with hostname",
  EAI_FAMILY: "ai_family not supported",
  EAI_SOCKTYPE: "ai_socktype not supported",
  EAI_SERVICE: "Servname not supported for ai_socktype",
  EAI_ADDRFAMILY: "Address family for hostname not supported",
  EAI_MEMORY: "Memory allocation failure",
  EAI_SYSTEM: "System error",
  EAI_OVERFLOW: "Argument buffer overflow",
};

/**
 * Returns a promise that also rejects with the signal's reason when the signal is aborted. It must not be aborted yet.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject).finally(onAbort(signal, () => reject(signal.reason)));
  });
}

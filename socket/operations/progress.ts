import type { Operation } from "../operation.ts";

/** Reports how much of a transfer was done when it ended with an error. */
export function withProgress(
  { progress }: Operation<unknown>,
  error: unknown,
  aborted: boolean,
  field: "bytesRead" | "bytesWritten" | "messagesSent",
  done: number,
): unknown {
  if (progress !== undefined) progress.done = done;
  // A signal's reason may be any value, and may end other operations too.
  return aborted || !(error instanceof Error) ? error : Object.assign(error, { [field]: done });
}

import { libraryError } from "../../ffi/error.ts";

/**
 * The error of a transfer that was done in part, with a field that tells how much. An error of the library or the
 * kernel gets the field itself. Any other, such as the reason of a signal that `aborted` it, becomes the cause of a new
 * error with that field, unless nothing was done.
 */
export function withProgress(
  error: unknown,
  aborted: boolean,
  syscall: string,
  field: "bytesRead" | "bytesWritten" | "messagesSent",
  done: number,
): unknown {
  if (!aborted && error instanceof Error && "syscall" in error) return Object.assign(error, { [field]: done });
  if (done === 0) return error;
  const unit = field === "messagesSent" ? "messages" : "bytes";
  const partial = libraryError(
    "ECANCELED",
    syscall,
    `Cannot ${field === "bytesRead" ? "receive" : "send"} all: it was aborted after ${done} ${unit}`,
  );
  return Object.assign(partial, { [field]: done, cause: error });
}

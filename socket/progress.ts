import { libraryError } from "../ffi/error.ts";

/**
 * Tells on the error of a transfer how much of it was done: an error of the library or the kernel gets the field
 * `bytesWritten`; a stranger's, such as a signal's reason, becomes the cause of one that has it, unless nothing was done.
 */
export async function addProgress(
  done: Promise<number>,
  syscall: string,
  progress: () => number,
  total: number,
): Promise<number> {
  try {
    return await done;
  } catch (error) {
    const bytesWritten = progress();
    if (error instanceof Error && "syscall" in error) throw Object.assign(error, { bytesWritten });
    if (bytesWritten === 0) throw error;
    const partial = libraryError(
      "ECANCELED",
      syscall,
      `Cannot write all of ${total} bytes: the write was aborted after ${bytesWritten}`,
    );
    throw Object.assign(partial, { bytesWritten, cause: error });
  }
}

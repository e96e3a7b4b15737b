import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { EINTR } from "./kernel_numbers.ts";

/** close(2). EINTR also frees the number, so it must not try again. */
export function closeNow(fd: number): void {
  const n = outcome(libc().close(fd));
  if (n < 0 && n !== -EINTR) throw systemError(-n, "close");
}

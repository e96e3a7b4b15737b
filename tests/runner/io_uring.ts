import { libc } from "../../ffi/libc.ts";

/** Whether this system refuses io_uring(7) to programs, as many containers do. */
export function isRingRefused(): boolean {
  const params = new Uint32Array(30); // struct io_uring_params
  const fd = libc().io_uring_setup(425n, 1, params); // SYS_io_uring_setup
  if (fd >= 0) libc().close(fd);
  return fd < 0;
}

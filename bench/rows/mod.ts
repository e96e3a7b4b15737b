/**
 * Every row of the benchmark. To add some: a file of data here, and its name in the list below.
 *
 * @module
 */
import type { Row } from "../row.ts";
import { ACCEPT_ROWS } from "./accept.ts";
import { BLOCKING_ROWS } from "./blocking.ts";
import { BULK_ROWS } from "./bulk.ts";
import { ECHO_ROWS } from "./echo.ts";
import { IDLE_ROWS } from "./idle.ts";
import { PACED_ROWS } from "./paced.ts";
import { RPC_ROWS } from "./rpc.ts";
import { RUNTIME_ROWS } from "./runtimes.ts";
import { SCALING_ROWS } from "./scaling.ts";
import { SMC_ROWS } from "./smc.ts";
import { SYSCALL_ROWS } from "./syscalls.ts";
import { UDP_ROWS } from "./udp.ts";
import { UNIX_ROWS } from "./unix.ts";

/** The rows, in the order in which they run and are shown. */
export const ROWS: Row[] = [
  ...ECHO_ROWS,
  ...PACED_ROWS,
  ...ACCEPT_ROWS,
  ...UDP_ROWS,
  ...BULK_ROWS,
  ...IDLE_ROWS,
  ...RPC_ROWS,
  ...RUNTIME_ROWS,
  ...SCALING_ROWS,
  ...SMC_ROWS,
  ...SYSCALL_ROWS,
  ...UNIX_ROWS,
  ...BLOCKING_ROWS,
];

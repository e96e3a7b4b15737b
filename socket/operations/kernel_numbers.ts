import { errnoNumber } from "../../ffi/errno.ts";

// Numbers of the kernel that system calls take and give, looked up once: the fast paths compare with them.

/** Bytes that Linux moves in one call at most (`MAX_RW_COUNT`). */
export const MAX_TRANSFER = 0x7ffff000;
/** Nothing there: wait. */
export const EAGAIN: number = errnoNumber("EAGAIN") ?? 11;
/** A signal came: try again. */
export const EINTR: number = errnoNumber("EINTR") ?? 4;
/** The connection is on its way. */
export const EINPROGRESS: number = errnoNumber("EINPROGRESS") ?? 115;
/** There is no connection. */
export const ENOTCONN: number = errnoNumber("ENOTCONN") ?? 107;
/** Nobody listens at the address. */
export const ECONNREFUSED: number = errnoNumber("ECONNREFUSED") ?? 111;
/** There is one already. */
export const EEXIST: number = errnoNumber("EEXIST") ?? 17;
/** Not now, or not like this. */
export const EINVAL: number = errnoNumber("EINVAL") ?? 22;
/** There is no position: a socket or a pipe. */
export const ESPIPE: number = errnoNumber("ESPIPE") ?? 29;
/** The family does not have what was asked for. */
export const EOPNOTSUPP: number = errnoNumber("EOPNOTSUPP") ?? 95;

/**
 * Bytes that one call sends on a stream: where the other end keeps up, a longer one would hold up the event loop for as long
 * as it likes.
 */
export const MAX_CALL = 1 << 18;

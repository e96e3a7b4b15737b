import { C } from "../../ffi/constants.ts";
import { errnoNumber } from "../../ffi/errno.ts";

// Numbers that system calls take and return, looked up once: the fast paths compare with them.

/** The most bytes that Linux moves in one call (`MAX_RW_COUNT`). */
export const MAX_TRANSFER = 0x7ffff000;
/** The most buffers that Linux takes in one message (`UIO_MAXIOV`). */
export const MAX_BUFFERS = 1024;
/** It would block: wait. */
export const EAGAIN: number = errnoNumber("EAGAIN") ?? 11;
/** A signal interrupted the call: try again. */
export const EINTR: number = errnoNumber("EINTR") ?? 4;
/** The connection is in progress. */
export const EINPROGRESS: number = errnoNumber("EINPROGRESS") ?? 115;
/** There is no connection. */
export const ENOTCONN: number = errnoNumber("ENOTCONN") ?? 107;
/** The other end has broken off. */
export const ECONNRESET: number = errnoNumber("ECONNRESET") ?? 104;
/** Nobody listens at the address. */
export const ECONNREFUSED: number = errnoNumber("ECONNREFUSED") ?? 111;
/** It is already connected. */
export const EEXIST: number = errnoNumber("EEXIST") ?? 17;
/** The arguments or the state are invalid. */
export const EINVAL: number = errnoNumber("EINVAL") ?? 22;
/** No memory for what belongs to the call. */
export const ENOBUFS: number = errnoNumber("ENOBUFS") ?? 105;
/** It has no file position: a socket or a pipe. */
export const ESPIPE: number = errnoNumber("ESPIPE") ?? 29;
/** The family does not support the operation. */
export const EOPNOTSUPP: number = errnoNumber("EOPNOTSUPP") ?? 95;

/**
 * The most bytes that one call sends on a stream: if the other end keeps up, a longer call would block the event loop
 * for too long.
 */
export const MAX_CALL = 1 << 18;

/**
 * For all that a `Socket` receives: another process that has the same open socket may clear its `O_NONBLOCK`, and no
 * receive must block the event loop.
 */
export const MSG_DONTWAIT: number = C.MSG_DONTWAIT;

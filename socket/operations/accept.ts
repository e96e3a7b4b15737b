import { C } from "../../ffi/constants.ts";
import { errnoName } from "../../ffi/errno.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { Backoff } from "./backoff.ts";
import { EAGAIN } from "./kernel_numbers.ts";
import type { RetryLater } from "./retry_later.ts";
import { lengthSpace, packSockaddr, SOCKADDR_SIZE, sockaddrSpace } from "./sockaddr_space.ts";

/** Pending network errors of the new connection, which accept(2) returns and says to treat like EAGAIN. */
const AGAIN = new Set(
  ["ECONNABORTED", "EINTR", "ENETDOWN", "EPROTO", "ENOPROTOOPT", "EHOSTDOWN", "ENONET", "EHOSTUNREACH", "ENETUNREACH"],
);
/** What accept(2) returns when the process or the system has no room; there may be room later. */
const LATER = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** After this many aborted connections in a row, the event loop turns before the next attempt. */
const MAX_TRIES = 64;

const FLAGS = C.SOCK_NONBLOCK | C.SOCK_CLOEXEC;

/** accept4(2), until there is a connection. */
export class Accept<T> extends Operation<T> {
  readonly syscall = "accept4";
  readonly #fd: number;
  readonly #readiness: RetryLater;
  readonly #peers: boolean;
  readonly #make: (fd: number, sockaddr: string | undefined) => T;
  #later: Backoff | undefined;

  /** @param peers Whether the family reports peers: accept4(2) fails where it cannot return the requested address. */
  constructor(
    fd: number,
    readiness: RetryLater,
    peers: boolean,
    make: (fd: number, sockaddr: string | undefined) => T,
  ) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
    this.#peers = peers;
    this.#make = make;
  }

  /** The result, made from the connection. */
  attempt(): T | undefined {
    for (let tries = 1;; tries++) {
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = this.#peers
        ? outcome(libc().accept4(this.#fd, sockaddrSpace, lengthSpace, FLAGS))
        : outcome(libc().accept4(this.#fd, null, null, FLAGS));
      if (n >= 0) return this.#make(n, this.#peers ? packSockaddr() : undefined);
      if (n === -EAGAIN) return undefined;
      const code = errnoName(-n) ?? "";
      if (AGAIN.has(code) && tries < MAX_TRIES) continue;
      if (!AGAIN.has(code) && !LATER.has(code)) throw systemError(-n, "accept4");
      this.#readiness.readyLater("read", this.#later ??= new Backoff(5, 1000));
      return undefined;
    }
  }
}

import { INT_MAX, within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { check } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { readOption } from "../descriptor.ts";

/** The arguments of socket(2). */
export interface SocketKind {
  /** The address family. */
  family: number;
  /** The socket type, without flags. */
  type: number;
  /** The protocol. */
  protocol: number;
}

/** socket(2): a descriptor that is non-blocking and close-on-exec. */
export function openFd(family: number, type: number, protocol: number): number {
  checkKind({ family, type, protocol });
  return check(libc().socket(family, type | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, protocol), "socket");
}

/** Throws if socket(2) could not take a number. */
export function checkKind(kind: SocketKind): void {
  for (const [field, value] of Object.entries(kind)) within("open a socket", field, value, INT_MAX);
}

/**
 * Makes an open descriptor non-blocking and close-on-exec, and returns what kind of socket it is. A descriptor that is
 * not a socket stays as it was.
 */
export function adoptFd(fd: number): SocketKind {
  within("take a descriptor", "number", fd, INT_MAX);
  const type = readOption(fd, C.SOL_SOCKET, C.SO_TYPE);
  const family = readOption(fd, C.SOL_SOCKET, C.SO_DOMAIN);
  const protocol = readOption(fd, C.SOL_SOCKET, C.SO_PROTOCOL);
  const flags = check(libc().fcntl(fd, C.F_GETFL, 0n), "fcntl");
  check(libc().fcntl(fd, C.F_SETFL, BigInt(flags | C.O_NONBLOCK)), "fcntl");
  check(libc().fcntl(fd, C.F_SETFD, BigInt(C.FD_CLOEXEC)), "fcntl");
  return { family, type, protocol };
}

import { quoted } from "./quoted.ts";

/**
 * Refuses what is not a `Socket`, such as the number of a descriptor or a connection: on Bun, the descriptor that it
 * lacks would be passed to C as 0, which is standard input.
 *
 * @param action What the call does, for the error: `Cannot <action> as it needs a Socket, …`.
 * @throws {TypeError} If the value is no socket.
 */
export function checkSocket(action: string, socket: { readonly fd: number }): void {
  if (isSocket(socket)) return;
  throw new TypeError(
    `Cannot ${action} as it needs a Socket, such as Socket.fromFd(fd): current value is ${quoted(socket)}`,
  );
}

/**
 * Returns the socket of a connection, a listener or another object that has one.
 *
 * @param action What the call does, for the error: `Cannot <action> as it needs a connection, …`.
 * @throws {TypeError} If the value has no socket.
 */
export function socketIn<S extends { readonly fd: number }>(action: string, owner: { readonly socket: S }): S {
  const socket = (owner as { readonly socket: S } | null | undefined)?.socket;
  if (isSocket(socket)) return socket as S;
  throw new TypeError(
    `Cannot ${action} as it needs a connection, or another object with a socket: current value is ${quoted(owner)}`,
  );
}

/** By what it can do: a program may load two versions of the library. */
function isSocket(value: unknown): boolean {
  return typeof (value as { getOption?: unknown } | null | undefined)?.getOption === "function";
}

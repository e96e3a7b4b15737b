import { checkArgumentCount } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { environmentVariable, processIds } from "../ffi/environment.ts";
import { isSystemError, libraryError } from "../ffi/error.ts";
import { readOption } from "../socket/descriptor.ts";
import { Socket } from "../socket/socket.ts";
import { SO_DOMAIN, SO_TYPE } from "../socket/socket_options.ts";

/** A socket that the service manager opened before this program was started. */
export interface InheritedListener {
  /** The name that the service manager gave it (`FileDescriptorName=`); `"unknown"` if none. */
  name: string;
  /** The socket; the caller owns it. */
  socket: Socket;
  /** The address family, `AF_*`, to decide between `TcpListener`, `UnixListener`, … */
  family: number;
  /** The socket type, `SOCK_*`. */
  type: number;
}

/** `SD_LISTEN_FDS_START`: after standard input, output and error. */
const FIRST_FD = 3;
let taken = false;

/**
 * Takes the sockets that systemd, or another service manager with its protocol, opened for this program, as the
 * environment variables `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES` list them. They become close-on-exec and
 * non-blocking.
 *
 * Make a listener from a socket with the constructor of its family: `new TcpListener(socket)`. Permission:
 * `--allow-ffi`.
 *
 * @returns The sockets, in order; none if no service manager passed any.
 * @throws {TypeError} If they were already taken, or `LISTEN_FDS` is not a number.
 * @throws {SystemError} If a descriptor is not a socket (`ENOTSOCK`), or not open (`EBADF`); all then stay as they were.
 *
 * @see {@link https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html | sd_listen_fds(3)}
 *
 * @example Usage
 * ```ts
 * import { inheritedListeners } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inheritedListeners(), []); // this test does not run as a service
 * ```
 */
export function inheritedListeners(): InheritedListener[] {
  checkArgumentCount("call inheritedListeners", arguments.length);
  if (Number(environmentVariable("LISTEN_PID")) !== processIds().pid) return [];
  const text = environmentVariable("LISTEN_FDS") ?? "0";
  if (!/^\d{1,5}$/.test(text)) {
    throw new TypeError(
      `Cannot take the inherited listeners as LISTEN_FDS must be a number: current value is "${text}"`,
    );
  }
  const count = Number(text);
  if (count === 0) return [];
  if (taken) throw new TypeError("Cannot take the inherited listeners a second time");
  for (let i = 0; i < count; i++) checkSocket(FIRST_FD + i, count); // all, before taking one
  taken = true;
  const names = (environmentVariable("LISTEN_FDNAMES") ?? "").split(":");
  return Array.from({ length: count }, (_, i) => {
    const socket = Socket.fromFd(FIRST_FD + i);
    return {
      name: names[i] || "unknown",
      socket,
      family: socket.get(SO_DOMAIN),
      type: socket.get(SO_TYPE),
    };
  });
}

function checkSocket(fd: number, count: number): void {
  try {
    readOption(fd, C.SOL_SOCKET, C.SO_TYPE);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = `LISTEN_FDS is ${count}, but descriptor ${fd} is no socket (${error.code})`;
    throw libraryError(error.code, error.syscall, `Cannot take the inherited listeners: ${what}`);
  }
}

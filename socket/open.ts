import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { checkFunction } from "../checks/check_function.ts";
import { checkObject } from "../checks/check_object.ts";
import type { OptionNames } from "../checks/option_names.ts";
import { inNetworkNamespace } from "./network_namespace.ts";
import type { Socket } from "./socket.ts";
import { WAIT_OPTIONS, type WaitOptions, waitOptionsOf } from "./wait_options.ts";

/** Options of all functions that open a socket. */
export interface OpenOptions {
  /** Called with the socket before bind(2) and connect(2), to set any option. It must not be async. */
  configure?: (socket: Socket) => void;
  /** The network namespace to open the socket in, such as `/run/netns/blue`. Needs CAP_SYS_ADMIN. */
  networkNamespace?: string;
}

/** The names of {@linkcode OpenOptions}. */
export const OPEN_OPTIONS: OptionNames<OpenOptions> = { configure: true, networkNamespace: true };

/** Options of all functions that listen. */
export interface ListenOptions extends OpenOptions {
  /**
   * How many connections may wait to be accepted (listen(2)), at most the system's `net.core.somaxconn`.
   *
   * @default {511}
   */
  backlog?: number;
}

/** The names of {@linkcode ListenOptions}. */
export const LISTEN_OPTIONS: OptionNames<ListenOptions> = { ...OPEN_OPTIONS, backlog: true };

/** Options of all functions that connect. */
export interface ConnectOptions extends OpenOptions, WaitOptions {}

/** The names of {@linkcode ConnectOptions}. */
export const CONNECT_OPTIONS: OptionNames<ConnectOptions> = { ...OPEN_OPTIONS, ...WAIT_OPTIONS };

/** The steps of a family that open a socket; the rest is the same for all families. */
export interface OpenSteps {
  /** Opens the socket. */
  open: () => Socket;
  /** Sets the options that the family names; `configure` runs after it. */
  prepare?: (socket: Socket) => void;
  /** Binds the socket to its address. */
  bind?: (socket: Socket) => void;
}

/**
 * Opens a socket, prepares it and binds it. Closes it if that fails.
 *
 * @param steps The steps of the family.
 * @param options The caller's options.
 * @returns The socket, which the caller owns.
 * @throws {TypeError} If `configure` is not a function, or returns a promise.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { openSocket, SO_RCVBUF, Socket } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * const open = () => Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
 * using socket = openSocket({ open }, { configure: (socket) => socket.set(SO_RCVBUF, 65536) });
 * assert(socket.get(SO_RCVBUF) >= 65536);
 * ```
 */
export function openSocket(steps: OpenSteps, options: OpenOptions): Socket {
  checkArgumentCount("call openSocket", arguments.length, "steps", "{ configure, networkNamespace }");
  checkFunction("open a socket", "open() of the steps", steps?.open);
  checkObject("open a socket", "options", options);
  const { configure, networkNamespace } = options;
  if (configure !== undefined) checkFunction("open a socket", "configure", configure);
  const socket = networkNamespace === undefined ? steps.open() : inNetworkNamespace(networkNamespace, steps.open);
  try {
    steps.prepare?.(socket);
    refusePromise(configure?.(socket));
    steps.bind?.(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** An async function would go on after the socket is bound, and nobody would learn of its error. */
function refusePromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => {});
  throw new TypeError("Cannot open a socket as configure must not return a promise: it sets options before bind(2)");
}

/**
 * Opens a listening socket.
 *
 * @param steps The steps of the family.
 * @param options The caller's options.
 * @param address The address as text, for errors.
 * @returns The listening socket, which the caller owns.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { openListener, SO_ACCEPTCONN, Socket } from "@berkeley/sockets/socket";
 * import { encodeSockaddrUn } from "@berkeley/sockets/unix";
 * import { assert } from "@std/assert";
 *
 * using listener = openListener({
 *   open: () => Socket.open(C.AF_UNIX, C.SOCK_STREAM),
 *   bind: (socket) => socket.bind(encodeSockaddrUn({ autobind: true })),
 * }, { backlog: 5 });
 * assert(listener.get(SO_ACCEPTCONN));
 * ```
 */
export function openListener(steps: OpenSteps, options: ListenOptions, address?: string): Socket {
  checkArgumentCount("call openListener", arguments.length, "steps", "options", "address");
  checkObject("open a socket", "options", options);
  const { backlog = 511 } = options;
  const bind = (socket: Socket): void => {
    steps.bind?.(socket);
    socket.listen(backlog, address);
  };
  return openSocket({ ...steps, bind }, options);
}

/**
 * Opens a socket and connects it.
 *
 * @param steps The steps of the family.
 * @param options The caller's options.
 * @param sockaddr The address to connect to, as bytes.
 * @param address The same as text, for errors.
 * @returns The connected socket, which the caller owns.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { openConnection, Socket } from "@berkeley/sockets/socket";
 * import { encodeSockaddrUn, UnixListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixListener.listen({ autobind: true });
 * const sockaddr = listener.socket.localSockaddr();
 * const open = () => Socket.open(C.AF_UNIX, C.SOCK_STREAM);
 * using socket = await openConnection({ open }, { timeout: 1000 }, sockaddr);
 * assertEquals(socket.peerSockaddr(), encodeSockaddrUn(listener.addr));
 * ```
 */
export async function openConnection(
  steps: OpenSteps,
  options: ConnectOptions,
  sockaddr: Uint8Array,
  address?: string,
): Promise<Socket> {
  checkArgumentCount("call openConnection", arguments.length, "steps", "options", "sockaddr", "address");
  checkBytes(sockaddr);
  const socket = openSocket(steps, options);
  try {
    await socket.connect(sockaddr, { ...waitOptionsOf(options), ...(address === undefined ? {} : { address }) });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

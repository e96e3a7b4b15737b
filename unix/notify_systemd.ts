import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { environmentVariable } from "../ffi/environment.ts";
import type { UnixDestination } from "./addr.ts";
import type { FdSource } from "./message.ts";
import { UnixDatagramSocket } from "./unix_datagram_socket.ts";

/** Options of {@linkcode notifySystemd}. */
export interface NotifySystemdOptions {
  /** Descriptors to pass, for the state `FDSTORE=1`. */
  fds?: readonly FdSource[];
}

const NOTIFY_OPTIONS: OptionNames<NotifySystemdOptions> = { fds: true };

/**
 * Tells the service manager about the state of this program, as sd_notify(3) does. Permission: `--allow-ffi`.
 *
 * @param state Assignments, one per line: `"READY=1"`, `"STATUS=Loading"`, `"WATCHDOG=1"`, `"STOPPING=1"`, …
 * @param options Descriptors to pass with it.
 * @returns False if there is no service manager to tell (`NOTIFY_SOCKET` is not set).
 * @throws {TypeError} If the state is not a string, or `NOTIFY_SOCKET` is not a unix address.
 * @throws {SystemError} If the service manager cannot be reached.
 *
 * @see {@link https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html | sd_notify(3)}
 *
 * @example Usage
 * ```ts
 * import { notifySystemd } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await notifySystemd("READY=1"), false); // a test is no service
 * ```
 */
export async function notifySystemd(state: string, options: NotifySystemdOptions = {}): Promise<boolean> {
  checkArgumentCount("call notifySystemd", arguments.length, "state", "options");
  options = checkOptions("notify systemd", options, NOTIFY_OPTIONS);
  if (typeof state !== "string") {
    throw new TypeError(`Cannot notify systemd as the state must be a string: current value is ${quoted(state)}`);
  }
  const name = environmentVariable("NOTIFY_SOCKET");
  if (name === undefined || name === "") return false;
  using socket = UnixDatagramSocket.open();
  await socket.sendMessage({
    data: new TextEncoder().encode(state),
    addr: addrOf(name),
    ...(options.fds === undefined ? {} : { fds: options.fds }),
  });
  return true;
}

function addrOf(name: string): UnixDestination {
  if (name.startsWith("/")) return { path: name };
  if (name.startsWith("@")) return { abstract: name.slice(1) };
  throw new TypeError(`Cannot notify as NOTIFY_SOCKET must be a path or an abstract name: current value is ${name}`);
}

import { isSystemError } from "../../ffi/error.ts";
import { listDirectory, readLink, readText } from "../../ffi/file.ts";
import type { SocketProcess } from "./socket_info.ts";

/** Milliseconds of work before the event loop gets a turn. */
const TURN = 10;

/** Every process with open sockets, by inode; without those whose `/proc/PID/fd` is not readable. */
export async function socketProcesses(signal?: AbortSignal): Promise<Map<number, SocketProcess[]>> {
  const found = new Map<number, SocketProcess[]>();
  let began = performance.now();
  for (const name of listDirectory("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    for (const [inode, owner] of socketsOf(Number(name))) {
      const others = found.get(inode);
      if (others === undefined) found.set(inode, [owner]);
      else others.push(owner);
    }
    if (performance.now() - began < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    began = performance.now();
  }
  return found;
}

/** A process may end, or close a descriptor, while this reads. */
function* socketsOf(pid: number): Generator<[inode: number, owner: SocketProcess]> {
  let command: string | undefined;
  for (const fd of ifThere(() => listDirectory(`/proc/${pid}/fd`)) ?? []) {
    const target = ifThere(() => readLink(`/proc/${pid}/fd/${fd}`)) ?? "";
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode === undefined) continue;
    command ??= ifThere(() => readText(`/proc/${pid}/comm`)) ?? "";
    yield [Number(inode), { pid, command: command.replace(/\n$/, ""), fd: Number(fd) }];
  }
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    for (const code of ["ENOENT", "ESRCH", "EACCES", "EPERM"]) if (isSystemError(error, code)) return undefined;
    throw error;
  }
}

import { builtin } from "./backend_builtin.ts";
import { epollWaitInSlices, epollWaitOnLoop, isMainThread, type PollHandle } from "./backend_loop.ts";
import { inThread } from "./backend_threads.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { libraryPaths } from "./library_paths.ts";
import type { Backend } from "./native.ts";
import { firstLibrary } from "./open_library.ts";
import { platform } from "./platform.ts";
import { BACKGROUND_SYMBOLS, type Signature, SYMBOLS } from "./symbols.ts";

/** The part of koffi that is used. */
interface Koffi {
  load(path: string): { func(name: string, result: string, parameters: string[]): KoffiFunction };
  node: { poll(fd: number, options: { readable: boolean }, callback: () => void): KoffiPoll };
}

interface KoffiFunction {
  (...args: unknown[]): unknown;
  async(...args: unknown[]): void;
}

interface KoffiPoll {
  start(options: { readable: boolean }, callback: () => void): void;
  stop(): void;
}

interface Module {
  createRequire(from: string): (name: string) => unknown;
}

const TYPES = {
  i32: "int",
  u32: "uint32",
  i64: "int64",
  usize: "size_t",
  buffer: "void *",
  address: "uint64",
} as const;
const READABLE = { readable: true };
/** Calls of one function at a time, more wait: koffi refuses more than 256 in all, and there are fewer threads anyway. */
const MAX_RUNNING = 16;

/**
 * Opens libc with koffi, an optional dependency. Readiness comes from the runtime's own loop; in a `Worker` from a thread,
 * since asynchronous calls take one of the four threads that the whole program has for its files.
 */
export function openKoffi(): Backend {
  const koffi = loadKoffi();
  const libc = functionsOf(koffi, SYMBOLS, withBigints) as unknown as Backend["libc"];
  const background = functionsOf(koffi, BACKGROUND_SYMBOLS, promised) as unknown as Backend["background"];
  const epoll_wait = isMainThread()
    ? epollWaitOnLoop(libc, pollWith(koffi))
    : epollWaitInSlices(inThread("epoll_wait", libc.addressOf));
  return { libc, background: { ...background, epoll_wait }, errno: errnoByCopy(libc) };
}

/** The functions of a table, callable. */
export function koffiFunctions(table: Record<string, Signature>): Record<string, (...args: unknown[]) => unknown> {
  return functionsOf(loadKoffi(), table, withBigints);
}

function loadKoffi(): Koffi {
  const { createRequire } = builtin<Module>("node:module") as Module;
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    const how = "install the package koffi (npm install koffi), or use Node 26.6 or later, which has node:ffi";
    throw new Error(`Cannot open libc: this Node has no FFI of its own: ${how}`, { cause });
  }
}

function functionsOf(
  koffi: Koffi,
  table: Record<string, Signature>,
  convert: (call: KoffiFunction, result: Signature["result"]) => (...args: unknown[]) => unknown,
): Record<string, (...args: unknown[]) => unknown> {
  return firstLibrary(libraryPaths(platform()), (path) => {
    const library = koffi.load(path);
    const definitions = Object.entries(table).map(([key, { name = key, parameters, result }]) => {
      return [key, convert(library.func(name, TYPES[result], parameters.map((type) => TYPES[type])), result)];
    });
    return Object.fromEntries(definitions);
  });
}

/** Gives 64-bit results as bigints, whatever their size. */
function withBigints(call: KoffiFunction, result: Signature["result"]): (...args: unknown[]) => unknown {
  if (result === "i32" || result === "u32") return call;
  return (...args) => BigInt(call(...args) as number | bigint);
}

function promised(call: KoffiFunction): (...args: unknown[]) => unknown {
  const waiting: (() => void)[] = [];
  let running = 0;
  const goOn = (): void => {
    while (running < MAX_RUNNING && waiting.length > 0) waiting.shift()?.();
  };
  return (...args) =>
    new Promise((resolve, reject) => {
      waiting.push(() => {
        try {
          call.async(...args, (error: unknown, value: unknown) => {
            running--;
            error ? reject(error) : resolve(value);
            goOn();
          });
          running++;
        } catch (error) {
          reject(error); // the program's own calls have filled koffi
        }
      });
      goOn();
    });
}

function pollWith(koffi: Koffi): (fd: number, onReadable: () => void) => PollHandle {
  return (fd, onReadable) => {
    const once = (): void => {
      handle.stop();
      onReadable();
    };
    const handle = koffi.node.poll(fd, READABLE, once);
    handle.stop();
    return { start: () => handle.start(READABLE, once), stop: () => handle.stop() };
  };
}

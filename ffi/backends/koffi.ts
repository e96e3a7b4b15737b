import { libraryNames } from "../library_paths.ts";
import type { Backend, Signature } from "../native.ts";
import { platform } from "../platform.ts";
import { system } from "../system.ts";
import { builtin, host } from "./builtin.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { functionsOf } from "./functions_of.ts";
import { epollWaitInSlices, epollWaitOnLoop, isMainThread, type PollHandle, type TakeEvents } from "./loop.ts";
import { firstLibrary } from "./open_library.ts";
import { inThread } from "./thread.ts";

/** The part of koffi that is used. */
interface Koffi {
  load(path: string): { func(...definition: Definition): KoffiFunction };
  node: { poll(fd: number, options: { readable: boolean }, callback: () => void): KoffiPoll };
}

type Definition = [name: string, result: string, parameters: string[]];

interface KoffiFunction {
  (...args: unknown[]): unknown;
  async(...args: unknown[]): void;
}

interface KoffiPoll {
  start(options: { readable: boolean }, callback: () => void): void;
  stop(): void;
}

interface FileSystem {
  realpathSync(path: string): string;
}

interface Module {
  createRequire(from: string): { (name: string): unknown; resolve(name: string): string };
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
  const { koffi, file } = loadKoffi();
  return firstLibrary(libraryNames(platform()), (path) => {
    const library = koffi.load(path);
    const open = (name: string, signature: Signature) => library.func(...definitionOf(name, signature));
    const libc = functionsOf<unknown>(system.symbols, (name, signature) => {
      return withBigints(open(name, signature), signature.result);
    }) as Backend["libc"];
    const background = functionsOf<unknown>(system.backgroundSymbols, (name, signature) => {
      return promised(open(name, signature));
    }) as Backend["background"];
    return { libc, background: { ...background, epoll_wait: epollWait() }, errno: errnoByCopy(libc) };

    function epollWait(): Backend["background"]["epoll_wait"] {
      const signature = system.backgroundSymbols.epoll_wait;
      if (isMainThread()) return epollWaitOnLoop(open("epoll_wait", signature) as TakeEvents, pollWith(koffi));
      const [from, of, definition] = [file, path, definitionOf("epoll_wait", signature)].map((it) =>
        JSON.stringify(it)
      );
      return epollWaitInSlices(inThread(`require(${from}).load(${of}).func(...${definition})`, signature));
    }
  });
}

function definitionOf(name: string, { parameters, result }: Signature): Definition {
  return [name, TYPES[result], parameters.map((type) => TYPES[type])];
}

/**
 * Looks for koffi beside the program, then in the working directory: not beside this file, which a bundler moves.
 *
 * @throws {Error} If it is nowhere, or may not be loaded.
 */
function loadKoffi(): { koffi: Koffi; file: string } {
  const { createRequire } = builtin<Module>("node:module") as Module;
  const { realpathSync } = builtin<FileSystem>("node:fs") as FileSystem;
  const { argv, cwd } = host();
  let cause: unknown;
  for (const from of [() => realpathSync(argv[1] ?? ""), () => `${cwd()}/`]) {
    try {
      const require = createRequire(from());
      return { koffi: require("koffi") as Koffi, file: require.resolve("koffi") };
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "ERR_DLOPEN_DISABLED") throw new Error(REFUSED, { cause: error });
      if (code === "ERR_ACCESS_DENIED") throw error; // Node's own words name the flag
      cause ??= error;
    }
  }
  throw new Error(`Cannot open libc: this Node has no FFI of its own: ${INSTALL}`, { cause });
}

const INSTALL = "install the package koffi (npm install koffi), or use Node 26.9 or later, " +
  "or 26.6 to 26.8 with --experimental-ffi";
const REFUSED = "Cannot open libc: koffi is a native addon, which Node's permission model refuses: add --allow-addons";

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

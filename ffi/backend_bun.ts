import { builtin } from "./backend_builtin.ts";
import { epollWaitInForeignMemory } from "./backend_loop.ts";
import { inThread } from "./backend_threads.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { libraryPaths } from "./library_paths.ts";
import type { Backend, Bytes } from "./native.ts";
import { firstLibrary } from "./open_library.ts";
import { platform } from "./platform.ts";
import { BACKGROUND_SYMBOLS, type Signature, SYMBOLS } from "./symbols.ts";

/** The part of `bun:ffi` that is used. */
interface BunFfi {
  dlopen(path: string, symbols: Record<string, { args: string[]; returns: string }>): { symbols: Native };
}

type Native = Record<string, (...args: unknown[]) => unknown>;

const TYPES = { i32: "i32", u32: "u32", i64: "i64", usize: "u64", buffer: "ptr", address: "u64" } as const;

/** Opens libc with `bun:ffi`, which has no asynchronous call: what may wait runs in a thread. */
export function openBun(): Backend {
  const libc = bunFunctions(SYMBOLS) as unknown as Backend["libc"];
  const names = Object.keys(BACKGROUND_SYMBOLS).map((name) => [name, inThread(name, addressOf)]);
  const background = Object.fromEntries(names);
  const epoll_wait = epollWaitInForeignMemory(libc, background.epoll_wait);
  return {
    libc: { ...libc, addressOf },
    background: { ...background, epoll_wait },
    errno: errnoByCopy(libc),
  };

  function addressOf(buffer: Bytes): bigint {
    // A small array moves when its `buffer` is asked for the first time; from then on it stays.
    void buffer?.buffer;
    return libc.addressOf(buffer, buffer, 0n);
  }
}

/** The functions of a table, callable. */
export function bunFunctions(table: Record<string, Signature>): Native {
  const { dlopen } = builtin<BunFfi>("bun:ffi") as BunFfi;
  return firstLibrary(libraryPaths(platform()), (path) => {
    const functions: Native = {};
    for (const [key, { name = key, parameters, result }] of Object.entries(table)) {
      const definition = { args: parameters.map((type) => TYPES[type]), returns: TYPES[result] };
      functions[key] = dlopen(path, { [name]: definition }).symbols[name] as Native[string];
    }
    return functions;
  });
}

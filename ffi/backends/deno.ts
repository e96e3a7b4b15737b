import { libraryNames, libraryPaths } from "../library_paths.ts";
import type { Backend, NativeType, Signature } from "../native.ts";
import { platform } from "../platform.ts";
import { system } from "../system.ts";
import { adoptWithNet } from "./adopt_with_net.ts";
import { chooseWatch } from "./choose_watch.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { functionsOf } from "./functions_of.ts";
import { limitedCalls } from "./limited.ts";
import { firstLibrary } from "./open_library.ts";
import { ownership } from "./own.ts";

/** The threads that Deno has for blocking work. */
const THREADS = 32;

/** Milliseconds for which a `Worker` that was terminated while it waits in a thread still occupies that thread. */
const LONGEST = 60_000;

/** Opens libc with `Deno.dlopen`. */
export function openDeno(): Backend {
  try {
    return firstLibrary(permittedPaths(), (path) => {
      const libc = symbolsOf(path, system.symbols, false) as Backend["libc"];
      const blocking = symbolsOf(path, system.backgroundSymbols, true) as Backend["background"];
      const background = limitedCalls(blocking, THREADS);
      const calls = { libc, background, errno: errnoByCopy(libc), own: ownership(libc) };
      return { ...calls, watch: chooseWatch(calls, { adopt: adoptWithNet, longest: LONGEST }) };
    });
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") {
      error.message += `, or with --allow-ffi=<path of libc>, one of these that exists: ${
        libraryPaths(platform()).join(", ")
      }`;
    }
    throw error;
  }
}

/**
 * Deno compares a scoped permission (`--allow-ffi=/lib/…/libc.so.6`) with the path as given, so only paths that are
 * already granted are tried. If none is granted, the first path asks for the permission.
 */
function permittedPaths(): string[] {
  if (granted()) return libraryNames(platform());
  const paths = libraryPaths(platform());
  const permitted = paths.filter((path) => granted(path));
  return permitted.length > 0 ? permitted : paths.slice(0, 1);
}

function granted(path?: string): boolean {
  return Deno.permissions.querySync({ name: "ffi", ...(path === undefined ? {} : { path }) }).state === "granted";
}

const TYPES = { i32: "i32", u32: "u32", i64: "i64", usize: "usize", buffer: "buffer", address: "usize" } as const;

function symbolsOf(path: string, table: Record<string, Signature>, nonblocking: boolean): Record<string, unknown> {
  const definitions = functionsOf(table, (name, { parameters, result }) => ({
    name,
    parameters: parameters.map((type: NativeType) => TYPES[type]),
    result: TYPES[result],
    nonblocking,
  }));
  return Deno.dlopen(path, definitions).symbols;
}

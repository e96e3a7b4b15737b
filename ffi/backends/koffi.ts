import { libraryNames } from "../library_paths.ts";
import type { Backend, Signature } from "../native.ts";
import { platform } from "../platform.ts";
import { system } from "../system.ts";
import { adoptWithNet, holdWithNet } from "./adopt_with_net.ts";
import { builtin, host, isMainThread } from "./builtin.ts";
import { chooseWatch } from "./choose_watch.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { functionsOf } from "./functions_of.ts";
import { limitedCalls } from "./limited.ts";
import { type LoopPoll, loopWatch, SLICE } from "./loop_watch.ts";
import { firstLibrary } from "./open_library.ts";
import { ownership } from "./own.ts";

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
  close(): void;
  ref(): void;
  unref(): void;
}

interface FileSystem {
  realpathSync(path: string): string;
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
/** koffi refuses more than 256 calls at a time: with these, 128 wait for events and 64 look up names. */
const MOST_THREADS = 128;

/**
 * Opens libc with koffi, an optional dependency. Readiness comes from the runtime's event loop, and in a `Worker` from
 * an io_uring. Where io_uring is refused, it comes from a timer: an asynchronous call would occupy one of the four
 * threads that the whole program has for its files, and a thread that is terminated while it loads koffi ends the
 * program.
 */
export function openKoffi(): Backend {
  const koffi = loadKoffi();
  return firstLibrary(libraryNames(platform()), (path) => {
    const library = koffi.load(path);
    const open = (name: string, signature: Signature) => library.func(...definitionOf(name, signature));
    const libc = functionsOf<unknown>(system.symbols, (name, signature) => {
      return withBigints(open(name, signature), signature.result);
    }) as Backend["libc"];
    const blocking = functionsOf<unknown>(system.backgroundSymbols, (name, signature) => {
      return promised(open(name, signature));
    }) as Backend["background"];
    const background = limitedCalls(blocking, uvThreads());
    const calls = { libc, background, errno: errnoByCopy(libc), own: ownership(libc, holdWithNet) };
    const loop = loopWatch((fd, onReadable) => new KoffiLoopPoll(koffi, fd, onReadable));
    const longest = isMainThread() ? SLICE : undefined;
    return { ...calls, watch: chooseWatch(calls, { loop, adopt: adoptWithNet, longest }) };
  });
}

function definitionOf(name: string, { parameters, result }: Signature): Definition {
  return [name, TYPES[result], parameters.map((type) => TYPES[type])];
}

/**
 * Looks for koffi next to the program, then in the working directory: not next to this file, which a bundler moves.
 *
 * @throws {Error} If koffi is not installed, or may not be loaded.
 */
function loadKoffi(): Koffi {
  const { createRequire } = builtin<Module>("node:module") as Module;
  const { realpathSync } = builtin<FileSystem>("node:fs") as FileSystem;
  const { argv, cwd } = host();
  let cause: unknown;
  for (const from of [() => realpathSync(argv[1] ?? ""), () => `${cwd()}/`]) {
    try {
      return createRequire(from())("koffi") as Koffi;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "ERR_DLOPEN_DISABLED") throw new Error(REFUSED, { cause: error });
      if (code === "ERR_ACCESS_DENIED") throw error; // Node's message names the flag
      cause ??= error;
    }
  }
  throw new Error(`Cannot open libc: this version of Node has no built-in FFI: ${INSTALL}`, { cause });
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
  return (...args) =>
    new Promise((resolve, reject) => {
      call.async(...args, (error: unknown, value: unknown) => error ? reject(error) : resolve(value));
    });
}

/** How many threads libuv has, which run koffi's asynchronous calls, too; of very many, those that are used. */
function uvThreads(): number {
  return Math.min(Math.max(1, Number(host().env["UV_THREADPOOL_SIZE"] ?? 4) || 0), MOST_THREADS);
}

/** A `uv_poll_t` of koffi's. */
class KoffiLoopPoll implements LoopPoll {
  readonly #poll: KoffiPoll;
  readonly #onReadable: () => void;

  constructor(koffi: Koffi, fd: number, onReadable: () => void) {
    this.#onReadable = onReadable;
    this.#poll = koffi.node.poll(fd, READABLE, onReadable);
    this.#poll.stop();
  }

  start(): void {
    this.#poll.start(READABLE, this.#onReadable);
  }

  stop(): void {
    this.#poll.stop();
  }

  reference(value: boolean): void {
    if (value) this.#poll.ref();
    else this.#poll.unref();
  }

  close(): void {
    this.#poll.close();
  }
}

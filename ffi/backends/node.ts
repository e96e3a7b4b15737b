import { libraryNames } from "../library_paths.ts";
import type { Backend, Signature } from "../native.ts";
import { platform } from "../platform.ts";
import { system } from "../system.ts";
import { adoptWithNet, holdWithNet } from "./adopt_with_net.ts";
import { builtin } from "./builtin.ts";
import { chooseWatch } from "./choose_watch.ts";
import { functionsOf } from "./functions_of.ts";
import { type LoopPoll, loopWatch, SLICE } from "./loop_watch.ts";
import { firstLibrary } from "./open_library.ts";
import { ownership } from "./own.ts";
import { requireDescriptors } from "./require_descriptors.ts";
import { inThread } from "./thread.ts";

/** The part of `node:ffi` that is used. */
interface NodeFfi {
  dlopen(path: string | null, definitions: Record<string, Definition>): { functions: Native; lib: Library };
  getCurrentEventLoop(): bigint;
  toArrayBuffer(address: bigint, length: number, copy: boolean): ArrayBuffer;
}

interface Library {
  registerCallback(definition: Definition, callback: (...args: unknown[]) => void): bigint;
}

interface Definition {
  arguments: string[];
  return: string;
}

type Native = Record<string, (...args: unknown[]) => unknown>;

const TYPES = {
  i32: "int32",
  u32: "uint32",
  i64: "int64",
  usize: "uint64",
  buffer: "buffer",
  address: "uint64",
} as const;

/** Whether this version of Node has `node:ffi` and gives access to its event loop: 26.6 or later. */
export function hasNodeFfi(): boolean {
  return builtin<NodeFfi>("node:ffi")?.getCurrentEventLoop !== undefined;
}

/**
 * Opens libc with `node:ffi`. Readiness comes from the runtime's event loop; other calls that may wait run in a thread.
 */
export function openNode(): Backend {
  return firstLibrary(libraryNames(platform()), (path) => {
    // Not wrapped: V8 crashes when it compiles such a call with spread arguments.
    const open = (name: string, signature: Signature): unknown => {
      return ffi().dlopen(path, { [name]: definitionOf(signature) }).functions[name];
    };
    const libc = functionsOf(system.symbols, open) as Backend["libc"];
    // Read through a buffer: between two calls the compiler may run and set errno.
    const space = new Int32Array(ffi().toArrayBuffer(libc.__errno_location(), 4, false));
    const errno = (): number => space[0] ?? 0;
    const checkRoom = (): void => requireDescriptors({ libc, errno });
    const background = functionsOf(system.backgroundSymbols, (name, signature) => {
      const args = [path, { [name]: definitionOf(signature) }].map((arg) => JSON.stringify(arg));
      return inThread(`require("node:ffi").dlopen(${args}).functions.${name}`, signature, checkRoom);
    }) as Backend["background"];
    const calls = { libc, background, errno, own: ownership(libc, holdWithNet) };
    return {
      ...calls,
      watch: chooseWatch(calls, {
        loop: loopWatch(uvPoll),
        adopt: adoptWithNet,
        longest: SLICE,
      }),
    };
  });
}

function definitionOf({ parameters, result }: Signature): Definition {
  return { arguments: parameters.map((type) => TYPES[type]), return: TYPES[result] };
}

const UV_POLL = 8; // enum uv_handle_type
const UV_READABLE = 1; // enum uv_poll_event

let uv: { functions: Native; lib: Library } | undefined;

function openUv(): { functions: Native; lib: Library } {
  return uv ??= ffi().dlopen(null, {
    // size_t uv_handle_size(uv_handle_type type);
    uv_handle_size: { arguments: ["int32"], return: "uint64" },
    // int uv_poll_init(uv_loop_t *loop, uv_poll_t *handle, int fd);
    uv_poll_init: { arguments: ["uint64", "buffer", "int32"], return: "int32" },
    // int uv_poll_start(uv_poll_t *handle, int events, uv_poll_cb cb);
    uv_poll_start: { arguments: ["buffer", "int32", "uint64"], return: "int32" },
    // int uv_poll_stop(uv_poll_t *handle);
    uv_poll_stop: { arguments: ["buffer"], return: "int32" },
    // void uv_ref(uv_handle_t *handle);
    uv_ref: { arguments: ["buffer"], return: "void" },
    // void uv_unref(uv_handle_t *handle);
    uv_unref: { arguments: ["buffer"], return: "void" },
  });
}

/** A `uv_poll_t` for each descriptor number. When stopped, it holds no kernel resources, and the number reuses it. */
const handles = new Map<number, UvPoll>();

/** The `uv_poll_t` of a descriptor number, made at its first use. */
function uvPoll(fd: number, onReadable: () => void): UvPoll {
  let poll = handles.get(fd);
  if (poll === undefined) handles.set(fd, poll = new UvPoll(fd));
  poll.onReadable = onReadable;
  poll.reference(true);
  return poll;
}

/** A `uv_poll_t` on this thread's loop. */
class UvPoll implements LoopPoll {
  readonly #functions = openUv().functions;
  readonly #handle = new Uint8Array(Number(this.#functions["uv_handle_size"]?.(UV_POLL)));
  readonly #callback: bigint;
  #isNoted = false;
  onReadable = (): void => {};

  constructor(fd: number) {
    const error = this.#functions["uv_poll_init"]?.(ffi().getCurrentEventLoop(), this.#handle, fd);
    if (error !== 0) throw new Error(`Cannot watch descriptor ${fd} on the event loop: libuv's error is ${error}`);
    // typedef void (*uv_poll_cb)(uv_poll_t *handle, int status, int events);
    const definition = { arguments: ["uint64", "int32", "int32"], return: "void" };
    this.#callback = openUv().lib.registerCallback(definition, () => {
      if (this.#isNoted) return;
      this.#isNoted = true;
      // After a foreign callback, promises settle only when something else happens; an immediate runs right away.
      setImmediate(() => {
        this.#isNoted = false;
        this.onReadable();
      });
    });
  }

  start(): void {
    this.#functions["uv_poll_start"]?.(this.#handle, UV_READABLE, this.#callback);
  }

  stop(): void {
    this.#functions["uv_poll_stop"]?.(this.#handle);
  }

  close(): void {
    this.onReadable = () => {};
    this.stop();
  }

  reference(value: boolean): void {
    this.#functions[value ? "uv_ref" : "uv_unref"]?.(this.#handle);
  }
}

function ffi(): NodeFfi {
  return builtin<NodeFfi>("node:ffi") as NodeFfi;
}

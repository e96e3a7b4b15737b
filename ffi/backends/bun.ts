import { libraryNames } from "../library_paths.ts";
import type { Backend, Bytes, Signature } from "../native.ts";
import { platform } from "../platform.ts";
import { system } from "../system.ts";
import { builtin } from "./builtin.ts";
import { chooseWatch } from "./choose_watch.ts";
import { errnoByCopy } from "./errno_by_copy.ts";
import { functionsOf } from "./functions_of.ts";
import { firstLibrary } from "./open_library.ts";
import { ownership } from "./own.ts";
import { requireDescriptors } from "./require_descriptors.ts";
import type { Adopted } from "./ring_watch.ts";
import { inThread } from "./thread.ts";

/** The part of `bun:ffi` that is used. */
interface BunFfi {
  dlopen(path: string, symbols: Record<string, Definition>): { symbols: Record<string, unknown> };
}

interface Definition {
  args: string[];
  returns: string;
}

/** The part of Bun's own sockets that is used. */
interface BunSockets {
  connect(
    options: { fd: number; socket: Record<"data" | "open" | "error", (socket: BunSocket) => void> },
  ): Promise<unknown>;
}

interface BunSocket {
  ref(): void;
  unref(): void;
  terminate(): void;
}

/** Milliseconds that one call in a thread may take. */
const LONGEST = 60_000;

const TYPES = { i32: "i32", u32: "u32", i64: "i64", usize: "u64", buffer: "ptr", address: "u64" } as const;

/** Opens libc with `bun:ffi`, which has no asynchronous calls: calls that may wait run in a thread. */
export function openBun(): Backend {
  const { dlopen } = builtin<BunFfi>("bun:ffi") as BunFfi;
  return firstLibrary(libraryNames(platform()), (path) => {
    const libc = functionsOf(system.symbols, (name, signature) => {
      return dlopen(path, { [name]: definitionOf(signature) }).symbols[name];
    }) as Backend["libc"];
    const errno = errnoByCopy(libc);
    const checkRoom = (): void => requireDescriptors({ libc, errno });
    const background = functionsOf(system.backgroundSymbols, (name, signature) => {
      const args = [path, { [name]: definitionOf(signature) }].map((arg) => JSON.stringify(arg));
      return inThread(`require("bun:ffi").dlopen(${args}).symbols.${name}`, signature, checkRoom);
    }) as Backend["background"];
    const own = ownership(libc, holdWithBun);
    const calls = { libc: { ...libc, addressOf }, background, errno, own };
    return { ...calls, watch: chooseWatch(calls, { adopt: adoptWithBun, longest: LONGEST }) };

    function addressOf(buffer: Bytes): bigint {
      // A small array moves in memory when its `buffer` property is first read; after that it stays.
      void buffer?.buffer;
      return libc.addressOf(buffer, buffer, 0n);
    }
  });
}

function definitionOf({ parameters, result }: Signature): Definition {
  return { args: parameters.map((type) => TYPES[type]), returns: TYPES[result] };
}

/** Makes Bun's event loop read a socket. */
function adoptWithBun(fd: number, onBytes: () => void, onOpen = () => {}): Adopted {
  const { connect } = (globalThis as unknown as { Bun: BunSockets }).Bun;
  let [socket, isReferenced, isClosed]: [BunSocket | undefined, boolean, boolean] = [undefined, true, false];
  const reference = (value: boolean): void => {
    isReferenced = value;
    if (value) socket?.ref();
    else socket?.unref();
  };
  const open = (opened: BunSocket): void => {
    socket = opened;
    if (isClosed) return socket.terminate();
    reference(isReferenced);
    onOpen();
  };
  // While Bun connects, it settles promises in the middle of the running code: so connect in a separate turn.
  setImmediate(() => {
    connect({ fd, socket: { open, data: onBytes, error: () => {} } }).catch((error) => {
      if (!isClosed) throw error; // nothing would wake the program any more: it ends with the error
    });
  });
  return {
    reference,
    close: () => {
      isClosed = true;
      socket?.terminate();
    },
  };
}

/** Makes Bun's event loop hold a socket. */
function holdWithBun(fd: number, onHeld: () => void): Adopted {
  const socket = adoptWithBun(fd, () => {}, onHeld);
  socket.reference(false);
  return socket;
}

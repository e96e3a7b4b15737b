import { builtin } from "./builtin.ts";
import type { Adopted } from "./ring_watch.ts";

/** The part of `node:net` that is used. */
interface Net {
  Socket: new (
    options:
      & { fd: number }
      & (
        | { readable: true; onread: { buffer: Uint8Array; callback: () => true } }
        | { readable: false }
      ),
  ) => NetSocket;
}

interface NetSocket {
  resume(): void;
  ref(): void;
  unref(): void;
  destroy(): void;
}

let net: Net | undefined;

/** Makes `node:net` read a socket. */
export function adoptWithNet(fd: number, onBytes: () => void): Adopted {
  let [socket, isReferenced, isClosed]: [NetSocket | undefined, boolean, boolean] = [undefined, true, false];
  const open = (): void => {
    net ??= loadNet();
    const callback = (): true => {
      onBytes();
      return true;
    };
    socket = new net.Socket({ fd, readable: true, onread: { buffer: new Uint8Array(16), callback } });
    socket.resume();
    if (!isReferenced) socket.unref();
    if (isClosed) socket.destroy();
  };
  // While Deno loads the module, it settles promises in the middle of the running code: so load it in a separate turn.
  if (net === undefined) setImmediate(open);
  else open();
  return {
    reference: (value) => {
      isReferenced = value;
      if (value) socket?.ref();
      else socket?.unref();
    },
    close: () => {
      isClosed = true;
      socket?.destroy();
    },
  };
}

/** Makes `node:net` of Node hold a socket, which it does not read. */
export function holdWithNet(fd: number, onHeld: () => void): { close(): void } {
  net ??= loadNet();
  const socket = new net.Socket({ fd, readable: false });
  socket.unref();
  onHeld();
  return { close: () => socket.destroy() };
}

function loadNet(): Net {
  return builtin<Net>("node:net") as Net;
}

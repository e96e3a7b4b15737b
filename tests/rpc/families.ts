import { TcpConn, TcpListener } from "../../inet/mod.ts";
import type { RpcConn, RpcListener, RpcMessageConn } from "../../rpc/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { type UnixAddr, UnixConn, UnixListener, UnixSeqpacketConn, UnixSeqpacketListener } from "../../unix/mod.ts";
import { type Permission, tempDir } from "../runner/mod.ts";

/** Deno's own sockets, if the runtime is Deno. */
const deno = (globalThis as { Deno?: typeof Deno }).Deno;

/** A listener, and how to connect to it. */
export interface Endpoint {
  listener: RpcListener;
  connect(): Promise<RpcConn | RpcMessageConn>;
  /** Where it listens, in the Python peer's form. */
  address: string;
  /** Removes what the listener leaves. */
  remove(): void;
}

/** A way to open endpoints, with the permissions it needs. */
export interface Family {
  name: string;
  needs: Permission[];
  /** Whether every frame is one message. */
  isMessages?: true;
  listen(): Endpoint;
}

/** Every kind of connection that carries calls. */
export const FAMILIES: Family[] = [
  { name: "TCP", needs: [], listen: tcp },
  { name: "a unix stream", needs: [], listen: unixStream },
  { name: "unix seqpacket", needs: [], isMessages: true, listen: seqpacket },
  { name: "SMC, or TCP without it", needs: [], listen: smc },
  ...(deno === undefined ? [] : denoFamilies(deno)),
];

function denoFamilies(runtime: typeof Deno): Family[] {
  return [
    { name: "Deno's TCP", needs: ["net"], listen: () => denoTcp(runtime) },
    { name: "Deno's unix stream", needs: ["env", "net", "read", "write"], listen: () => denoUnix(runtime) },
  ];
}

function denoTcp(runtime: typeof Deno): Endpoint {
  const listener = runtime.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  return { listener, connect: () => runtime.connect({ hostname, port }), address: `${hostname}:${port}`, remove() {} };
}

function denoUnix(runtime: typeof Deno): Endpoint {
  const folder = tempDir();
  const path = `${folder.path}/rpc.sock`;
  const listener = runtime.listen({ transport: "unix", path });
  return {
    listener,
    connect: () => runtime.connect({ transport: "unix", path }),
    address: path,
    remove: () => folder[Symbol.dispose](),
  };
}

/** This library's TCP. */
export function tcp(): Endpoint {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  return { listener, connect: () => TcpConn.connect(addr), address: `${addr.hostname}:${addr.port}`, remove() {} };
}

function smc(): Endpoint {
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
  const { addr } = listener;
  return {
    listener,
    connect: () => SmcConn.connect({ ...addr, unsupported: "tcp" }),
    address: `${addr.hostname}:${addr.port}`,
    remove() {},
  };
}

function unixStream(): Endpoint {
  const listener = UnixListener.listen({ autobind: true });
  const { addr } = listener;
  return { listener, connect: () => UnixConn.connect(addr), address: abstractOf(addr), remove() {} };
}

function seqpacket(): Endpoint {
  const listener = UnixSeqpacketListener.listen({ autobind: true });
  const { addr } = listener;
  return {
    listener,
    connect: () => UnixSeqpacketConn.connect(addr),
    address: `seqpacket:${abstractOf(addr)}`,
    remove() {},
  };
}

/** An abstract name that the kernel chose, five hexadecimal digits, in the Python peer's form. */
function abstractOf(addr: UnixAddr): string {
  if (!("abstract" in addr)) throw new TypeError("Cannot name an address that is not abstract");
  return `@${addr.abstract}`;
}

import { TcpConn, TcpListener } from "../../inet/mod.ts";
import type { RpcConn, RpcListener, RpcMessageConn } from "../../rpc/mod.ts";

/** A listener, and how to connect to it. */
export interface Endpoint {
  listener: RpcListener;
  connect(): Promise<RpcConn | RpcMessageConn>;
  /** Where it listens, as the Python peer wants it; undefined where Python's `socket.socket()` cannot go. */
  address?: string;
  /** Removes what the listener leaves behind. */
  remove(): void;
}

/** A way to open endpoints, with the permissions it needs. */
export interface Family {
  name: string;
  needs: Deno.PermissionName[];
  /** The longest body it carries, where there is a limit. */
  maxBody?: number;
  listen(): Endpoint;
}

/** Every kind of connection that carries calls. */
export const FAMILIES: Family[] = [
  { name: "Deno's TCP", needs: ["net"], listen: denoTcp },
  { name: "Deno's unix stream", needs: ["net", "read", "write"], listen: denoUnix },
  { name: "TCP", needs: ["ffi"], listen: tcp },
];

/** Deno's own TCP. */
export function denoTcp(): Endpoint {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  return { listener, connect: () => Deno.connect({ hostname, port }), address: `${hostname}:${port}`, remove() {} };
}

function denoUnix(): Endpoint {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/rpc.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  return {
    listener,
    connect: () => Deno.connect({ transport: "unix", path }),
    address: path,
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** This library's TCP. */
export function tcp(): Endpoint {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  return { listener, connect: () => TcpConn.connect(addr), address: `${addr.hostname}:${addr.port}`, remove() {} };
}

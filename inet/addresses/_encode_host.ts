import { quoted } from "../../checks/quoted.ts";
import type { NetAddr } from "./addr.ts";
import { encodeInetSockaddr } from "./sockaddr.ts";

/** As {@linkcode encodeInetSockaddr}, but takes `localhost` too, as 127.0.0.1. No other name is looked up. */
export function encodeHost(addr: Omit<NetAddr, "transport">): Uint8Array<ArrayBuffer> {
  const { hostname } = addr;
  if (typeof hostname !== "string") {
    throw new TypeError(`Cannot encode hostname as it must be text: current value is ${quoted(hostname)}`);
  }
  if (hostname === "localhost") return encodeInetSockaddr({ ...addr, hostname: "127.0.0.1" });
  try {
    return encodeInetSockaddr(addr);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const value = JSON.stringify(hostname);
    throw new SyntaxError(`Cannot encode hostname as it must be numeric or localhost: current value is ${value}`);
  }
}

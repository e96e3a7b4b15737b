import type { Descriptor } from "../../socket/descriptor.ts";
import { checkAddress } from "../../checks/option_names.ts";
import { quoted } from "../../checks/quoted.ts";
import { interfaceNumber } from "../names/_interface_number.ts";
import { NET_ADDR, type NetAddr } from "./addr.ts";
import { encodeInetSockaddr } from "./sockaddr.ts";

/**
 * Like {@linkcode encodeInetSockaddr}, but also takes `localhost`, as 127.0.0.1, and an interface name as a zone. It
 * looks up no other names.
 *
 * @throws {SystemError} If there is no interface of that name (`ENODEV`).
 */
export function encodeHost(addr: Omit<NetAddr, "transport">, socket?: Descriptor): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr", addr, NET_ADDR);
  const { hostname } = addr;
  if (typeof hostname !== "string") {
    throw new TypeError(`Cannot encode hostname as it must be a string: current value is ${quoted(hostname)}`);
  }
  if (hostname.toLowerCase() === "localhost") return encodeInetSockaddr({ ...addr, hostname: "127.0.0.1" });
  const zone = /%(.*\D.*)$/.exec(hostname)?.[1];
  try {
    return encodeInetSockaddr(
      zone === undefined || addr.scopeId !== undefined ? addr : { ...addr, scopeId: interfaceNumber(zone, socket) },
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const value = JSON.stringify(hostname);
    throw new SyntaxError(`Cannot encode hostname as it must be numeric or localhost: current value is ${value}`);
  }
}

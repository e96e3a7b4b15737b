import { within } from "../../checks/within.ts";

/** Writes the port in network order, at its offset in every inet sockaddr. */
export function writePort(bytes: Uint8Array, port: number): void {
  within("encode an address", "port", port, 0xffff);
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
}

/** The port, in host order. */
export function readPort(bytes: Uint8Array): number {
  return (bytes[2] as number) << 8 | (bytes[3] as number);
}

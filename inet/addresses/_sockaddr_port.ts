import { quoted } from "../../checks/quoted.ts";

/** Writes the port in network order, at its offset in every inet sockaddr. */
export function writePort(bytes: Uint8Array, port: number): void {
  if (!(Number.isInteger(port) && port >= 0 && port <= 0xffff)) {
    throw new RangeError(
      `Cannot encode port as it must be an integer from 0 to 65535: current value is ${quoted(port)}`,
    );
  }
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
}

/** The port, in host order. */
export function readPort(bytes: Uint8Array): number {
  return (bytes[2] as number) << 8 | (bytes[3] as number);
}

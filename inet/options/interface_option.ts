import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import { decodeInt, encodeInt, type ReadableOption, readableOption, type WritableOption } from "../../socket/option.ts";
import { interfaceNumber } from "../names/_interface_number.ts";

/**
 * An option whose value is an interface: set by name or index, read as the index. A name is looked up in the network
 * namespace of the socket.
 */
export interface InterfaceOption extends ReadableOption<number>, WritableOption<string | number> {}

/** Defines an option whose value is the index of an interface, which the kernel may take in network byte order. */
export function interfaceOption(
  level: "IPPROTO_IP" | "IPPROTO_IPV6",
  name: "IP_UNICAST_IF" | "IPV6_UNICAST_IF" | "IPV6_MULTICAST_IF",
  order: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): InterfaceOption {
  return {
    ...readableOption(level, name, 4, (bytes) => decodeInt(order(bytes))),
    encode: (nameOrIndex, socket) => order(encodeInt(interfaceNumber(nameOrIndex, socket), name)),
  };
}

/** Network byte order. */
export function networkOrder(bytes: Uint8Array): Uint8Array {
  return HOST_LITTLE_ENDIAN ? bytes.slice().reverse() : bytes;
}

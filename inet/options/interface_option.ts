import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import { decodeInt, encodeInt, type ReadableOption, readableOption, type WritableOption } from "../../socket/option.ts";
import { interfaceNumber } from "../names/_interface_number.ts";

/**
 * An option that is an interface, set by its name or its number and read as the number. A name is looked up in the
 * network namespace of the thread.
 */
export interface InterfaceOption extends ReadableOption<number>, WritableOption<string | number> {}

/** Defines an option that is the number of an interface, whose bytes the kernel may take in network order. */
export function interfaceOption(
  level: "IPPROTO_IP" | "IPPROTO_IPV6",
  name: "IP_UNICAST_IF" | "IPV6_UNICAST_IF" | "IPV6_MULTICAST_IF",
  order: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): InterfaceOption {
  return {
    ...readableOption(level, name, 4, (bytes) => decodeInt(order(bytes))),
    encode: (nameOrIndex) => order(encodeInt(interfaceNumber(nameOrIndex), name)),
  };
}

/** The order of bytes of the network. */
export function networkOrder(bytes: Uint8Array): Uint8Array {
  return HOST_LITTLE_ENDIAN ? bytes.slice().reverse() : bytes;
}

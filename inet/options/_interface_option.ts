import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import { decodeInt, defineOption, encodeInt, type SocketOption } from "../../socket/option.ts";

/** An option that is the number of an interface, whose bytes the kernel takes in network order. */
export function interfaceOption(
  level: "IPPROTO_IP" | "IPPROTO_IPV6",
  name: "IP_UNICAST_IF" | "IPV6_UNICAST_IF",
): SocketOption<number> {
  return defineOption(level, name, 4, (index) => swapped(encodeInt(index, name)), (bytes) => decodeInt(swapped(bytes)));
}

function swapped(bytes: Uint8Array): Uint8Array {
  return HOST_LITTLE_ENDIAN ? bytes.slice().reverse() : bytes;
}

import { structView } from "../_struct_view.ts";
import type { Attributes } from "../attribute.ts";
import type { SocketInfoBase, SocketMemory } from "./socket_info.ts";

const SHUTDOWNS = ["none", "read", "write", "both"] as const;

/** `SHUT_RD` and `SHUT_WR` as bits: `RCV_SHUTDOWN`, `SEND_SHUTDOWN`. */
export function shutdownOf(bits: number): NonNullable<SocketInfoBase["shutdown"]> {
  return SHUTDOWNS[bits & 3] ?? "none";
}

/** `struct sk_meminfo`: 8 numbers of 4 bytes, and since Linux 4.7 the drops. */
export function memoryOf(attributes: Attributes, type: number): SocketMemory | undefined {
  const bytes = attributes.bytes(type);
  if (bytes === undefined) return undefined;
  const view = structView(bytes, 32, "sk_meminfo");
  const at = (index: number): number => view.getUint32(index * 4, true);
  return {
    receiveAllocated: at(0),
    receiveBuffer: at(1),
    sendAllocated: at(2),
    sendBuffer: at(3),
    forwardAllocated: at(4),
    sendQueued: at(5),
    optionMemory: at(6),
    backlog: at(7),
    drops: bytes.length >= 36 ? at(8) : undefined,
  };
}

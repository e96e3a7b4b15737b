import { C } from "../ffi/constants.ts";
import { interfaceIndex } from "../socket/interface_index.ts";
import { type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";

/** Opens a CAN socket on an interface, by name or index; `bind` binds it there. */
export function openCan(
  type: number,
  protocol: number,
  nameOrIndex: string | number,
  options: OpenOptions,
  prepare: (socket: Socket) => void,
  bind: (socket: Socket, interfaceIndex: number) => void,
): Socket {
  return openSocket({
    open: () => Socket.open(C.AF_CAN, type, protocol),
    prepare,
    bind: (socket) => bind(socket, typeof nameOrIndex === "string" ? interfaceIndex(socket, nameOrIndex) : nameOrIndex),
  }, options);
}

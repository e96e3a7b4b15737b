import { libraryError } from "../../ffi/error.ts";
import type { Descriptor } from "../../socket/descriptor.ts";
import { interfaceIndex } from "../../socket/interface_index.ts";
import { ifNametoindex } from "./if_indextoname.ts";

/**
 * if_nametoindex(3): the index of an interface, given its name or its index, in the network namespace of the
 * socket, else of the thread.
 *
 * @throws {SystemError} If there is no interface of that name (`ENODEV`).
 */
export function interfaceNumber(nameOrIndex: string | number, socket?: Descriptor): number {
  if (typeof nameOrIndex === "number") return nameOrIndex;
  if (socket !== undefined) return interfaceIndex(socket, nameOrIndex);
  const index = ifNametoindex(nameOrIndex);
  if (index !== null) return index;
  throw libraryError(
    "ENODEV",
    "if_nametoindex",
    `Cannot find interface ${JSON.stringify(nameOrIndex)}: there is no interface of that name (ENODEV)`,
  );
}

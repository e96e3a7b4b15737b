import { copyMemory } from "./memory.ts";

/** No list of the system is longer: a limit on what is read from foreign memory. */
const MAX_LENGTH = 4096;

/** The pointers of a null-terminated list, such as `char **h_aliases`. */
export function readPointers(list: bigint): bigint[] {
  const pointers: bigint[] = [];
  for (let at = list; list !== 0n && pointers.length < MAX_LENGTH; at += 8n) {
    const pointer = readPointer(at);
    if (pointer === 0n) break;
    pointers.push(pointer);
  }
  return pointers;
}

/** The pointer at an address. */
export function readPointer(at: bigint): bigint {
  const pointer = new BigUint64Array(1);
  copyMemory(pointer, at);
  return pointer[0] ?? 0n;
}

import { copyMemory } from "./memory.ts";

/** No list of the system is longer: a bound on what is read from foreign memory. */
const MAX_LENGTH = 4096;

/** The pointers of a list that a null pointer ends, such as `char **h_aliases`. */
export function readPointers(list: bigint): bigint[] {
  const pointers: bigint[] = [];
  const pointer = new BigUint64Array(1);
  for (let at = list; list !== 0n && pointers.length < MAX_LENGTH; at += 8n) {
    copyMemory(pointer, at);
    if (pointer[0] === 0n) break;
    pointers.push(pointer[0] ?? 0n);
  }
  return pointers;
}

/** The smallest memory worth keeping, and the most to keep. */
const SMALL = 64 * 1024;
const MOST = 16 * 1024 * 1024;

/** How many times larger than needed the memory may be: what is kept is for the largest frames. */
const TOO_LARGE = 4;

const spare: Uint8Array<ArrayBuffer>[] = [];
let kept = 0;

/** Memory of at least `least` bytes: reused if available, else new and `wanted` bytes long. */
export function takeMemory(least: number, wanted: number): Uint8Array<ArrayBuffer> {
  const at = least < SMALL ? -1 : spare.findIndex(({ length }) => length >= least && length <= TOO_LARGE * least);
  const [found] = at < 0 ? [] : spare.splice(at, 1);
  if (found === undefined) return new Uint8Array(wanted);
  kept -= found.length;
  return found;
}

/** Returns unreferenced memory for reuse, so that large frames do not cost page faults each time. */
export function giveMemory(memory: Uint8Array<ArrayBuffer>): void {
  if (memory.length < SMALL || kept + memory.length > MOST) return;
  kept += memory.length;
  spare.push(memory);
}

/** Below this, memory is not worth keeping; the most that is kept. */
const SMALL = 64 * 1024;
const MOST = 16 * 1024 * 1024;

/** How many times larger memory may be than it must be: what is kept is for the largest frames. */
const TOO_LARGE = 4;

const spare: Uint8Array<ArrayBuffer>[] = [];
let kept = 0;

/** Memory of at least `least` bytes, used before if there is some, else new and of `wanted` bytes. */
export function takeMemory(least: number, wanted: number): Uint8Array<ArrayBuffer> {
  const at = least < SMALL ? -1 : spare.findIndex(({ length }) => length >= least && length <= TOO_LARGE * least);
  const [found] = at < 0 ? [] : spare.splice(at, 1);
  if (found === undefined) return new Uint8Array(wanted);
  kept -= found.length;
  return found;
}

/** Gives memory back that nobody refers to any more: large frames need not be paid for in page faults each time. */
export function giveMemory(memory: Uint8Array<ArrayBuffer>): void {
  if (memory.length < SMALL || kept + memory.length > MOST) return;
  kept += memory.length;
  spare.push(memory);
}

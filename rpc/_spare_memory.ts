/** The smallest memory worth keeping, and the most to keep: what all incomplete calls of a server may take. */
const SMALL = 64 * 1024;
const MOST = 32 * 1024 * 1024;

/** How many times larger than needed the memory may be: what is kept is for the largest frames. */
const TOO_LARGE = 4;

/** The memory that was returned last is at the end. */
const spare: Uint8Array<ArrayBuffer>[] = [];
let kept = 0;

/** Memory of at least `least` bytes: reused if available, else new and `wanted` bytes long. */
export function takeMemory(least: number, wanted: number): Uint8Array<ArrayBuffer> {
  const found = least < SMALL ? undefined : bestFor(least);
  if (found === undefined) return new Uint8Array(wanted);
  spare.splice(spare.indexOf(found), 1);
  kept -= found.length;
  return found;
}

/**
 * Returns unreferenced memory for reuse, so that large frames do not cost page faults each time, and no garbage: engines
 * let hundreds of megabytes of it pile up. What has been unused for longest makes room.
 */
export function giveMemory(memory: Uint8Array<ArrayBuffer>): void {
  if (memory.length < SMALL || memory.length > MOST) return;
  kept += memory.length;
  spare.push(memory);
  while (kept > MOST) kept -= spare.shift()?.length ?? 0;
}

/** The smallest memory that suffices: a larger one is for a larger frame. */
function bestFor(least: number): Uint8Array<ArrayBuffer> | undefined {
  let best: Uint8Array<ArrayBuffer> | undefined;
  for (const each of spare) {
    if (each.length >= least && each.length <= TOO_LARGE * least && each.length < (best?.length ?? Infinity)) {
      best = each;
    }
  }
  return best;
}

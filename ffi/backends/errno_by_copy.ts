import type { Backend } from "../native.ts";

/** Makes the function that reads errno, for runtimes that can read foreign memory only through a call. */
export function errnoByCopy(libc: Backend["libc"]): () => number {
  const value = new Int32Array(1);
  let address: bigint | undefined;
  return () => {
    libc.copyFrom(value, address ??= libc.__errno_location(), 4n);
    return value[0] ?? 0;
  };
}

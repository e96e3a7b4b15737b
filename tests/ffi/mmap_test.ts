import { C, check, closeFd, copyMemory, libc } from "../../ffi/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

test("mmap() maps memory and a file, and munmap() unmaps them", { needs: ["read"] }, () => {
  const length = 8192n;
  const memory = libc().mmap(0n, length, C.PROT_READ | C.PROT_WRITE, C.MAP_PRIVATE | C.MAP_ANONYMOUS, -1, 0n);
  assertEquals(memory > 0n && memory % 4096n, 0n);
  libc().copyTo(memory + 5000n, Uint8Array.of(1, 2, 3), 3n);
  const bytes = new Uint8Array(5);
  copyMemory(bytes, memory + 4999n);
  assertEquals(bytes, Uint8Array.of(0, 1, 2, 3, 0));
  check(libc().munmap(memory, length), "munmap");

  const path = new TextEncoder().encode("/proc/self/exe\0"); // an ELF file, on every Linux
  const fd = check(libc().open(path, C.O_RDONLY | C.O_CLOEXEC), "open");
  const mapped = libc().mmap(0n, 4096n, C.PROT_READ, C.MAP_SHARED, fd, 0n);
  closeFd(fd);
  const head = new Uint8Array(4);
  copyMemory(head, mapped);
  assertEquals(head, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46));
  check(libc().munmap(mapped, 4096n), "munmap");
  assertEquals(BigInt.asIntN(64, libc().mmap(0n, 0n, C.PROT_READ, C.MAP_PRIVATE, -1, 0n)), -1n); // MAP_FAILED
});

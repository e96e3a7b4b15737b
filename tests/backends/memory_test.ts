import { addressOf, C, check, copyMemory, libc, outcome } from "../../ffi/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

test("addressOf() returns an address that stays valid, however small the array", () => {
  const arrays = Array.from({ length: 2000 }, (_, i) => new Uint8Array(8).fill(i));
  const addresses = arrays.map(addressOf);
  for (let i = 0; i < 4; i++) Array.from({ length: 50_000 }, (_, j) => ({ j })); // work for the collector
  for (const array of arrays) void array.buffer; // JavaScriptCore would move the bytes now otherwise
  assertEquals(arrays.map(addressOf), addresses);
  const copy = new Uint8Array(8);
  for (const [i, address] of addresses.entries()) {
    copyMemory(copy, address);
    if (copy[0] !== i % 256) assertEquals(copy, arrays[i]);
  }
});

test("addressOf() counts from the first byte of a view", () => {
  const bytes = new Uint8Array(64);
  assertEquals(addressOf(bytes.subarray(5)) - addressOf(bytes), 5n);
  assertEquals(addressOf(new Int32Array(bytes.buffer, 8)) - addressOf(bytes), 8n);
});

test("errno is that of the previous call, 50,000 times", () => {
  for (let i = 0; i < 50_000; i++) {
    if (outcome(libc().close(-1)) !== -9) throw new Error(`EBADF was lost at ${i}`);
    if (i % 1000 === 0) assertEquals(outcome(libc().socket(-1, C.SOCK_STREAM, 0)), -97);
  }
});

test("null is passed as the null pointer, and an empty array as an empty message", () => {
  const fds = new Int32Array(2);
  check(libc().socketpair(C.AF_UNIX, C.SOCK_SEQPACKET | C.SOCK_CLOEXEC, 0, fds), "socketpair");
  const [left = -1, right = -1] = fds;
  const bytes = new Uint8Array([1, 2, 3]);
  const space = new Uint8Array(8);
  assertEquals(libc().send(left, bytes, 3n, 0), 3);
  assertEquals(libc().recvfrom(right, space, 8n, 0, null, null), 3);
  assertEquals(libc().send(left, bytes.subarray(1), 2n, 0), 2);
  assertEquals(libc().recv(right, space, 8n, 0), 2);
  assertEquals(space.subarray(0, 3), new Uint8Array([2, 3, 3]));
  assertEquals(libc().send(left, new Uint8Array(0), 0n, 0), 0);
  for (const fd of fds) check(libc().close(fd), "close");
});

import { decodeSockaddrVm, encodeSockaddrVm, VsockConn, VsockSeqpacketConn } from "../../vsock/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertRejects, assertThrows, hex, test } from "../runner/mod.ts";

test("encodeSockaddrVm() encodes as C does", { needs: ["write", "cc"] }, async () => {
  const program = await compileC(`#include <stdio.h>
#include <sys/socket.h>
#include <linux/vm_sockets.h>
int main(void) {
  struct sockaddr_vm addr = { .svm_family = AF_VSOCK, .svm_port = 0x01020304, .svm_cid = 0xfffefdfc };
  for (unsigned i = 0; i < sizeof addr; i++) printf("%02x", ((unsigned char *)&addr)[i]);
}`);
  const bytes = encodeSockaddrVm({ port: 0x01020304, cid: 0xfffefdfc });
  assertEquals(hex(bytes), await runProgram(program, []));
  assertEquals(decodeSockaddrVm(bytes), { transport: "vsock", port: 0x01020304, cid: 0xfffefdfc });
});

test("encodeSockaddrVm() refuses numbers that do not fit, decodeSockaddrVm() bytes that are not a vsock address", () => {
  for (const number of [-1, 2 ** 32, 0.5, NaN, "1"] as number[]) {
    assertThrows(() => encodeSockaddrVm({ cid: number }), RangeError, "CID");
    assertThrows(() => encodeSockaddrVm({ port: number }), RangeError, "port");
  }
  const bytes = encodeSockaddrVm({});
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeSockaddrVm(bytes.subarray(0, length)), RangeError, `length is ${length}`);
  }
  assertThrows(() => decodeSockaddrVm(new Uint8Array(16)), RangeError, "AF_VSOCK");
});

test("vsock connects only to a CID and a port: the kernel would look for any peer until it gives up", async () => {
  for (const Conn of [VsockConn, VsockSeqpacketConn]) {
    const message = "Cannot connect as the address needs a";
    await assertRejects(() => Conn.connect({ port: 1 } as never), TypeError, `${message} cid`);
    await assertRejects(() => Conn.connect({ cid: 1 } as never), TypeError, `${message} port`);
    await assertRejects(() => Conn.connect(undefined as never), TypeError, "options must be an object");
  }
});

import { SO_PASSCRED, SO_PASSSEC } from "@berkeley/sockets/socket";
import { peerSecurityContext, socketPair, UnixConn, UnixListener } from "@berkeley/sockets/unix";
import { readFileSync } from "node:fs";
import { assertEquals, assertThrows, ignore, test } from "../runner/mod.ts";

const LABEL = "peerSecurityContext() and SO_PASSSEC give the label that the kernel gives this process";
const NONE = "peerSecurityContext() tells that no security module labels sockets";

if (labelsSockets()) {
  ignore(NONE, "a security module of this kernel does");
  test(LABEL, { needs: ["read"] }, async () => {
    const own = readFileSync("/proc/self/attr/current", "utf8").replace(/\0$/, "");
    using listener = UnixListener.listen({ autobind: true });
    using client = await UnixConn.connect(listener.addr);
    using server = await listener.accept();
    assertEquals([client, server].map(peerSecurityContext), [own, own]);
    for (const type of ["stream", "seqpacket", "datagram"] as const) {
      const [left, right] = socketPair(type);
      right.socket.set(SO_PASSSEC, true);
      if (type === "stream") right.socket.set(SO_PASSCRED, true); // the kernel wants both
      await left.sendMessage({ data: Uint8Array.of(1) });
      using message = await right.receiveMessage({ buffer: new Uint8Array(8) });
      assertEquals([message?.securityContext, message?.controlTruncated], [own, false], type);
      left.close();
      right.close();
    }
  });
} else {
  ignore(LABEL, "needs a kernel with SELinux: deno task test:netem runs it in the guest");
  test(NONE, () => {
    const [left, right] = socketPair("stream");
    const error = assertThrows(() => peerSecurityContext(left)) as Error & { code: string };
    assertEquals(error.message, "Cannot read SO_PEERSEC: Protocol not available (ENOPROTOOPT)");
    assertEquals(error.code, "ENOPROTOOPT");
    left.close();
    right.close();
  });
}

function labelsSockets(): boolean {
  const [left, right] = socketPair("stream");
  try {
    peerSecurityContext(left);
    return true;
  } catch {
    return false;
  } finally {
    left.close();
    right.close();
  }
}

import { C } from "../../ffi/mod.ts";
import { VsockConn, VsockListener, VsockSeqpacketConn, VsockSeqpacketListener } from "../../vsock/mod.ts";
import { listenerSuite } from "../conformance/listener_suite.ts";
import { messageSuite } from "../conformance/message_suite.ts";
import { streamSuite, type Wait } from "../conformance/stream_suite.ts";
import { guestHas, IN_GUEST, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { ignore } from "../runner/mod.ts";

const cid = C.VMADDR_CID_LOCAL;
const lacks = {
  reset: "the loopback of vsock tells of a reset as of an end",
  fullBacklog: "vsock resets what a full backlog has no place for",
  refusal: "vsock answers ECONNRESET, not ECONNREFUSED",
};
const capabilities = { ...IN_GUEST, lacks };

if (guestHas(C.AF_VSOCK, C.SOCK_STREAM)) {
  streamSuite("vsock stream, both ends ours", async () => {
    using listener = VsockListener.listen({});
    const theirs = await VsockConn.connect({ cid, port: listener.addr.port });
    return { ours: await listener.accept(), theirs };
  }, capabilities);

  listenerSuite("vsock stream", {
    listen: (options) => VsockListener.listen({ ...options }),
    connect: ({ addr }: VsockListener, options?: Wait) => VsockConn.connect({ cid, port: addr.port, ...options }),
  }, capabilities);

  messageSuite("vsock seqpacket", async () => {
    using listener = VsockSeqpacketListener.listen({});
    const client = await VsockSeqpacketConn.connect({ cid, port: listener.addr.port });
    return [client, await listener.accept()];
  }, {
    hasEnd: true,
    travels: true,
    bulk: 200, // Linux 6.12 breaks the connection where some hundred messages wait, whoever sends them
    lacks: {
      emptyMessages: "vsock sends no empty messages",
      sendBuffer: "vsock has the receiver's buffer, and no send buffer",
    },
  });
} else {
  ignore("the stream, listener and message suites over vsock", NEEDS_GUEST);
}

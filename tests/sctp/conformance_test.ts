import { C } from "../../ffi/mod.ts";
import { sctpAddrCodec, SctpConn, SctpListener, SctpSocket } from "../../sctp/mod.ts";
import { MessageBatch, type Socket } from "../../socket/mod.ts";
import { type MessageEnd, messageSuite } from "../conformance/message_suite.ts";
import { guestHas, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { ignore } from "../runner/mod.ts";

const SCTP_DELAYED_SACK = 16;
const hostname = "127.0.0.1";
/** Acknowledges each packet immediately: struct sctp_sack_info { sctp_assoc_t id; __u32 delay; __u32 frequency; }; */
const configure = (socket: Socket): void =>
  socket.setOption(C.IPPROTO_SCTP, SCTP_DELAYED_SACK, new Uint8Array(Uint32Array.of(0, 0, 1).buffer));
/** Where the receive buffer is full, SCTP delivers a part of a message. */
const maxLength = 50_000;
const lacks = {
  emptyMessages: "SCTP has no empty messages",
  truncation: "SCTP gives the rest of a message to the next call",
};

if (guestHas(C.AF_INET, C.SOCK_STREAM, C.IPPROTO_SCTP)) {
  messageSuite("SCTP, one-to-one", async () => {
    using listener = SctpListener.listen({ hostname, configure });
    const [ours, theirs] = await Promise.all([SctpConn.connect({ ...listener.addr, configure }), listener.accept()]);
    return [endOf(ours), endOf(theirs)];
  }, { hasEnd: true, travels: true, bulk: 1000, maxLength, lacks });

  messageSuite("SCTP, one-to-many", () => {
    const [left, right] = [SctpSocket.bind({ hostname, configure }), SctpSocket.bind({ hostname, configure })];
    return Promise.resolve([endOf(left, right), endOf(right, left)]);
  }, {
    hasEnd: false,
    bulk: 1000,
    maxLength,
    lacks: { ...lacks, gone: "SCTP tells of it by a notification" },
  });

  ignore("the stream suite over SCTP", "SCTP carries messages, on SOCK_STREAM too");
} else {
  ignore("the message suite over SCTP", NEEDS_GUEST);
}

/** An end that sends to `other` if it has no connection. */
function endOf(socket: SctpConn | SctpSocket, other?: SctpSocket): MessageEnd {
  const addr = other?.localAddr;
  return {
    socket: socket.socket,
    send: (data, options) =>
      socket instanceof SctpConn
        ? socket.send(data, options)
        : socket.send(data, { ...options, ...(addr === undefined ? {} : { addr }) }),
    receive: async (options) => {
      const message = await socket.receive(options);
      return message === null ? null : { data: message.data, truncated: !message.complete };
    },
    sendBatch: (batch) =>
      socket.socket.sendmmsg(addr === undefined ? batch : addressed(batch, sctpAddrCodec.encode(addr))),
    receiveBatch: (batch) => socket.socket.recvmmsg(batch),
    close: () => socket.close(),
    [Symbol.dispose]: () => socket.close(),
  };
}

function addressed(batch: MessageBatch, sockaddr: Uint8Array): MessageBatch {
  const copy = new MessageBatch({ capacity: batch.length, size: 64 });
  for (let i = 0; i < batch.length; i++) copy.push(batch.data(i), sockaddr);
  return copy;
}

import { socketPair, UnixDatagramSocket, UnixSeqpacketConn, UnixSeqpacketListener } from "../../unix/mod.ts";
import { environment } from "../runner/mod.ts";
import { messageSuite } from "./message_suite.ts";

/** Messages each way in the bulk tests. */
const BULK = Number(environment("BULK_MESSAGES") ?? 1_000_000);

messageSuite("unix seqpacket, a pair", () => Promise.resolve(socketPair("seqpacket")), {
  hasEnd: true,
  bulk: BULK,
});

messageSuite("unix seqpacket, connected", async () => {
  using listener = UnixSeqpacketListener.listen({ autobind: true });
  return [await UnixSeqpacketConn.connect(listener.addr), await listener.accept()];
}, { hasEnd: true, bulk: 10_000 });

messageSuite("unix datagram, a pair", () => Promise.resolve(socketPair("datagram")), {
  hasEnd: false,
  bulk: BULK,
});

messageSuite("unix datagram, connected both ways", async () => {
  const ends = [0, 1].map(() => UnixDatagramSocket.bind({ autobind: true })) as [
    UnixDatagramSocket,
    UnixDatagramSocket,
  ];
  await Promise.all([ends[0].connect(ends[1].localAddr), ends[1].connect(ends[0].localAddr)]);
  return ends;
}, { hasEnd: false, bulk: 10_000 });

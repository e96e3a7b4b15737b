import { IsotpSocket, J1939Socket } from "../../can/mod.ts";
import { C } from "../../ffi/mod.ts";
import { messageSuite } from "../conformance/message_suite.ts";
import { guestHas, NEEDS_GUEST } from "../guest/family_kernel.ts";
import { ignore } from "../runner/mod.ts";

const bus = { interface: "vcan0" };
/**
 * As many messages as take one frame each. Longer ones need an answer within a second, and are lost where the guest's
 * processor stands still for so long.
 */
const bulk = 4;

if (guestHas(C.AF_CAN, C.SOCK_DGRAM, C.CAN_ISOTP)) {
  messageSuite("CAN ISO-TP", () => {
    const [left, right] = [0x701, 0x702];
    return Promise.resolve([
      IsotpSocket.open({ ...bus, txId: left, rxId: right }),
      IsotpSocket.open({ ...bus, txId: right, rxId: left }),
    ]);
  }, {
    hasEnd: false,
    bulk,
    maxLength: 8300,
    lacks: {
      emptyMessages: "ISO-TP has no empty messages",
      gone: "a bus does not tell who listens",
      sendBuffer: "ISO-TP sends one message at a time",
    },
  });

  messageSuite("CAN J1939", async () => {
    const ends = [0x40, 0x41].map((address) => J1939Socket.open({ ...bus, address }));
    const [left, right] = ends as [J1939Socket, J1939Socket];
    await left.socket.connect(right.socket.localSockaddr());
    await right.socket.connect(left.socket.localSockaddr());
    return [left, right];
  }, {
    hasEnd: false,
    bulk,
    maxLength: 1785,
    lacks: {
      gone: "a bus does not tell who listens",
      peek: "J1939 has no MSG_PEEK",
      sendBuffer: "J1939 takes the part of a message that fits",
    },
  });
} else {
  ignore("the message suite over CAN", NEEDS_GUEST);
}

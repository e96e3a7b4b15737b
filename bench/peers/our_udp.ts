import { UdpSocket } from "@berkeley/sockets/inet";

const socket = UdpSocket.bind({ hostname: "127.0.0.1" });
console.log(`listening on 127.0.0.1:${socket.localAddr.port}`);
const buffer = new Uint8Array(65536);
for (;;) {
  const { data, addr } = await socket.receive({ buffer });
  await socket.send(data, { addr });
}

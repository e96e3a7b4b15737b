const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${(socket.addr as Deno.NetAddr).port}`);
const buffer = new Uint8Array(65536);
for (;;) {
  const [data, addr] = await socket.receive(buffer);
  await socket.send(data, addr);
}

import { createSocket } from "node:dgram";
import process from "node:process";

const socket = createSocket("udp4");
socket.on("message", (data, { port, address }) => socket.send(data, port, address));
socket.bind(0, "127.0.0.1", () => process.stdout.write(`listening on 127.0.0.1:${socket.address().port}\n`));

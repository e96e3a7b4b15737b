import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { TCP_NODELAY, tcpAddrCodec } from "@berkeley/sockets/inet";
import { unixAddrCodec } from "@berkeley/sockets/unix";

// blocking_pingpong.c, with ours.
const [mode, kind, address = "", seconds = "1"] = Deno.args;
const buffer = new Uint8Array(65536);
if (kind === "tcp") {
  const socket = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  if (mode === "drive") {
    socket.connect({ hostname: "127.0.0.1", port: Number(address.split(":")[1]) });
    socket.set(TCP_NODELAY, true);
    drive(socket);
  } else {
    socket.bind({ hostname: "127.0.0.1", port: 0 });
    serve(socket, () => `127.0.0.1:${socket.localAddr.port}`, (conn) => conn.set(TCP_NODELAY, true));
  }
} else {
  const socket = BlockingSocket.open(C.AF_UNIX, C.SOCK_SEQPACKET, { codec: unixAddrCodec });
  if (mode === "drive") {
    socket.connect({ path: address });
    drive(socket);
  } else {
    try {
      Deno.removeSync(address);
    } catch {
      // There is none.
    }
    socket.bind({ path: address });
    serve(socket, () => address, () => {});
  }
}

function drive(socket: Pick<BlockingSocket, "send" | "recv">): void {
  const message = new Uint8Array(64);
  for (const most of [200, 1000 * Number(seconds)]) {
    const began = performance.now();
    let trips = 0;
    while (performance.now() - began < most) {
      for (let i = 0; i < 16; i++, trips++) {
        socket.send(message);
        if (socket.recv(buffer) !== 64) throw new Error("the echo differs");
      }
    }
    if (most !== 200 || seconds === "0.2") {
      console.log(JSON.stringify({ value: trips / (performance.now() - began) * 1000 }));
    }
  }
}

function serve<A, I>(
  socket: BlockingSocket<A, I>,
  told: () => string,
  configure: (conn: BlockingSocket<A, I>) => void,
): void {
  socket.listen(5);
  console.log(`listening on ${told()}`);
  for (;;) {
    using conn = socket.accept();
    configure(conn);
    try {
      for (let n = conn.recv(buffer); n > 0; n = conn.recv(buffer)) conn.send(buffer.subarray(0, n));
    } catch {
      // The client has gone.
    }
  }
}

import { type TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { encodeFrame, FRAME_HEAD_LENGTH, FrameDecoder } from "@berkeley/sockets/rpc";

const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
for await (const conn of listener) void echo(conn).catch(() => conn.close());

/** Decodes each frame and sends its body back in a frame. */
async function echo(conn: TcpConn): Promise<void> {
  const decoder = new FrameDecoder();
  const buffer = new Uint8Array(65536);
  let head = new Uint8Array(0);
  for (;;) {
    const room = decoder.room(buffer.length);
    const count = await conn.read(room ?? buffer);
    if (count === null) return conn.close();
    if (room === undefined) decoder.push(buffer.subarray(0, count));
    else decoder.filled(count);
    for (let body = decoder.next(); body !== undefined; body = decoder.next()) {
      if (head.length === 0) head = encodeFrame(body).slice(0, FRAME_HEAD_LENGTH); // all bodies are as long
      await conn.write(head);
      await conn.write(body);
    }
  }
}

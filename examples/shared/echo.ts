/** Not a program: what the echo servers share. */
import type { Conn } from "@berkeley/sockets/socket";

/** Sends back what a client sends, and closes the connection at its end. */
export async function echo(conn: Conn<unknown>): Promise<void> {
  using owned = conn;
  const buffer = new Uint8Array(65536);
  for (let n = await owned.read(buffer); n !== null; n = await owned.read(buffer)) {
    await owned.write(buffer.subarray(0, n));
  }
}

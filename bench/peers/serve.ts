import type { ServerOptions } from "./options.ts";

/** What the echo loop needs of a connection: ours and the runtime's own both have it. */
export interface EchoConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  setNoDelay(on?: boolean): void;
  close(): void;
}

/** What the echo loop needs of a listener. */
export interface EchoListener extends AsyncIterable<EchoConn> {
  readonly addr: { hostname: string; port: number };
}

/** Serves until killed. One program for every server in TypeScript, so that only the sockets under it differ. */
export async function serve(listener: EchoListener, { acceptOnly, bufferSize }: ServerOptions): Promise<void> {
  console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
  for await (const conn of listener) {
    if (acceptOnly) conn.close();
    else void echo(conn, bufferSize);
  }
}

async function echo(conn: EchoConn, bufferSize: number): Promise<void> {
  try {
    conn.setNoDelay(true);
    const buffer = new Uint8Array(bufferSize);
    for (let count; (count = await conn.read(buffer)) !== null;) {
      for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
    }
  } catch {
    // The client reset the connection, as it does at the end of each measurement.
  } finally {
    conn.close();
  }
}

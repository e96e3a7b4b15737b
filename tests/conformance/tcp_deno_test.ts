import { runtime } from "../../ffi/platform.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { ignore } from "../runner/mod.ts";
import { type Pair, type StreamCapabilities, type StreamEnd, streamSuite } from "./stream_suite.ts";

const capabilities: StreamCapabilities = {
  needs: ["net"],
  lacks: { reset: "Deno has no SO_LINGER, and shuts down before it closes" },
};

for (const hostname of ["127.0.0.1", "::1"]) {
  const name = `TCP to and from ${hostname}`;
  if (runtime() !== "deno") {
    ignore(`${name}, the other end Deno's`, "needs Deno's own sockets");
    continue;
  }
  streamSuite(`${name}, connected to Deno.listen()`, () => toDeno(hostname), capabilities);
  streamSuite(`${name}, accepted from Deno.connect()`, () => fromDeno(hostname), capabilities);
}

async function toDeno(hostname: string): Promise<Pair> {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [theirs, ours] = await Promise.all([listener.accept(), TcpConn.connect({ hostname, port })]);
  return { ours, theirs: new DenoEnd(theirs) };
}

async function fromDeno(hostname: string): Promise<Pair> {
  using listener = TcpListener.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const [theirs, ours] = await Promise.all([Deno.connect({ hostname, port }), listener.accept()]);
  return { ours, theirs: new DenoEnd(theirs) };
}

/** `Deno.Conn.write()` may write less than all. */
class DenoEnd implements StreamEnd {
  readonly #conn: Deno.Conn;
  #last: Promise<unknown> = Promise.resolve();

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  read(p: Uint8Array): Promise<number | null> {
    return this.#conn.read(p);
  }

  write(p: Uint8Array): Promise<number> {
    const before = this.#last;
    const write = (async () => {
      await before;
      for (let at = 0; at < p.length;) at += await this.#conn.write(p.subarray(at));
      return p.length;
    })();
    this.#last = write.catch(() => {});
    return write;
  }

  async closeWrite(): Promise<void> {
    await this.#last;
    await this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }
}

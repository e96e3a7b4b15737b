import type { SmcConn } from "../../smc/mod.ts";
import { assertSameBytes, noise } from "../conformance/stream/bytes.ts";
import { assertEquals } from "../runner/mod.ts";

const MIB = 1 << 20;
const decoder = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** The body that the test servers send and expect: 1 MiB. */
export const BODY: Uint8Array<ArrayBuffer> = noise(MIB);

type Client = Pick<SmcConn, "read" | "write">;

/** Gets and posts the body three times in turn on one connection, and compares every byte. */
export async function keepAlive(client: Client): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await client.write(request("GET", "keep-alive"));
    assertSameBytes((await response(client)).body, BODY);
    await client.write(request("POST", "keep-alive", MIB));
    await client.write(BODY);
    assertEquals(decoder.decode((await response(client)).body), `${MIB} true`);
  }
}

/** The head of a request. */
export function request(method: string, connection: string, length = 0): Uint8Array {
  const head = `${method} / HTTP/1.1\r\nHost: guest\r\nConnection: ${connection}\r\nContent-Length: ${length}\r\n\r\n`;
  return encoder.encode(head);
}

/** Reads one response, which has its length. */
export async function response(client: Client): Promise<{ body: Uint8Array; rest: Uint8Array }> {
  const received = new Uint8Array(2 * MIB);
  let length = 0;
  const more = async (): Promise<void> => {
    const n = await client.read(received.subarray(length));
    if (n === null) throw new Error(`The response ended after ${length} bytes`);
    length += n;
  };
  let end = -1;
  while (end < 0) {
    await more();
    end = decoder.decode(received.subarray(0, length)).indexOf("\r\n\r\n");
  }
  const head = decoder.decode(received.subarray(0, end));
  const size = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  if (Number.isNaN(size)) throw new Error(`The response does not tell its length: ${head}`);
  const start = end + 4;
  while (length < start + size) await more();
  return { body: received.subarray(start, start + size), rest: received.subarray(start + size, length) };
}

/** The original RPC server, call by call: one call per connection, GET and PUT on a dictionary. */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { SO_REUSEADDR } from "@berkeley/sockets/socket";
import { printable } from "../shared/printable.ts";

const USAGE = `Usage: rpc_server.ts [HOST [PORT]]

Serves GET and PUT on HOST and PORT, by default on 127.0.0.1 and 4444. Port 0 chooses a free one.`;
/** The longest message: a header must not make the server allocate more memory than it has. */
const MAX_LENGTH = 1 << 20;
/** Milliseconds for which one client may block all others. */
const PATIENCE = 10_000;

type Json = { [name: string]: unknown };

const [host = "127.0.0.1", port = "4444", ...rest] = Deno.args;
if (host === "-h" || host === "--help") {
  console.log(USAGE);
  Deno.exit(0);
}
if (host.startsWith("-") || rest.length > 0 || !/^\d+$/.test(port)) {
  console.error(`rpc_server: the only arguments are HOST and PORT\n\n${USAGE}`);
  Deno.exit(2);
}

const dictionary = new Map<unknown, unknown>();

// { obj: name }
function get(params: Json): Json {
  return { obj: params["obj"], val: dictionary.get(params["obj"]) ?? null };
}

// { obj: name, val: value }
function put(params: Json): Json {
  dictionary.set(params["obj"], params["val"]);
  return { obj: params["obj"], response: "ok" };
}

// { func: func, params: params }
function makeCall(msg: Json): Json {
  const { func, params } = msg;
  if (func === "GET") return { func: "GET", response: get(params as Json) };
  else if (func === "PUT") return { func: "PUT", response: put(params as Json) };
  else return { func, response: "ERROR - Function doesn't exist" };
}

function recvMessage(conn: BlockingSocket<unknown>): Json | null {
  const header = new Uint8Array(8);
  if (conn.recv(header, { flags: C.MSG_WAITALL }) < 8) return null;
  // struct.unpack("ii", header): version, length
  const length = new DataView(header.buffer).getInt32(4, true);
  if (!(length >= 0 && length <= MAX_LENGTH)) throw new RangeError(`a message of ${length} bytes`);
  const data = new Uint8Array(length);
  if (conn.recv(data, { flags: C.MSG_WAITALL }) < length) return null;
  return JSON.parse(new TextDecoder().decode(data));
}

function sendMessage(conn: BlockingSocket<unknown>, message: Json): void {
  const blob = new TextEncoder().encode(JSON.stringify(message));
  const header = new DataView(new ArrayBuffer(8));
  header.setInt32(0, 1, true);
  header.setInt32(4, blob.length, true);
  conn.sendall(new Uint8Array(header.buffer));
  conn.sendall(blob);
}

try {
  using server = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  server.set(SO_REUSEADDR, true);
  server.bind({ hostname: host, port: Number(port) });
  server.listen();
  console.log(`listening on ${host}:${server.localAddr.port}`);

  for (;;) {
    using conn = server.accept();
    conn.timeout = PATIENCE;
    const { hostname, port } = conn.remoteAddr;
    console.log(`got message from ${hostname}:${port}`);
    try {
      const data = recvMessage(conn);
      if (data !== null) {
        const result = makeCall(data);
        console.log("result", printable(JSON.stringify(result)));
        sendMessage(conn, { status: "OK", response: result });
      } else {
        sendMessage(conn, { status: "ERROR" });
      }
    } catch (error) {
      tell(error); // one client's error must not affect the others
    }
  }
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function tell(error: unknown): void {
  // what is wrong may have the client's text in it
  console.error(`rpc_server: ${printable(error instanceof Error ? error.message : `${error}`)}`);
}
